"""A board written into a file."""

from __future__ import annotations

import io
import json

from qaboard.commands.export_format.reading import read_board
from qaboard.commands.export_format.writing import count_records, write_board


def test_what_is_written_can_be_read_and_progress_is_told(people, session):
    question = people.question(people.user("민지"))
    people.vote(people.answer(question))
    file, progress = io.BytesIO(), []
    total = write_board(session, file, progress.append)
    assert total == count_records(session) == sum(progress) == 6
    file.seek(0)
    names = [read.record.name for read in read_board(file)]
    assert names == ["user", "user", "user", "question", "answer", "vote"]


def test_text_stays_readable_and_secrets_of_logins_stay_away(people, session):
    user = people.user("민지")
    token = people.token(user)
    file = io.BytesIO()
    write_board(session, file, lambda _count: None)
    text = file.getvalue().decode()
    assert '"username":"민지"' in text
    assert token not in text
    assert json.loads(text.splitlines()[-1]) == {"record": "end", "records": 1}
