"""The demo board: its people, and questions on subjects that people really ask about.

All of it is written for this board. Adding a question is adding a Markdown file to the folder of
its subject (`qaboard.commands.demo.reading`).
"""

from qaboard.commands.demo.people import PASSWORD, USERS
from qaboard.commands.demo.reading import read_questions

__all__ = ["PASSWORD", "USERS", "read_questions"]
