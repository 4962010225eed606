"""Give every English message that has no text yet the text that stands in the source.

The English catalogue is complete, so that an operator can change the wording there; what is
changed there stays. `make translations` runs this after the messages were extracted.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po, write_po

ENGLISH = Path(__file__).parent / "en" / "LC_MESSAGES" / "qaboard.po"


def fill(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en")
    for message in catalogue:
        texts = message.string if message.pluralizable else (message.string,)
        if message.id and not all(texts):
            message.string = message.id
    with path.open("wb") as file:
        write_po(file, catalogue)


if __name__ == "__main__":
    fill(ENGLISH)
