"""The revisions of the migrations, as Alembic finds them.

Run as a program, this prints them as JSON. So it imports nothing of qaboard, which would take
longer than Alembic.
"""

from __future__ import annotations

import json
import sys

from alembic.config import Config
from alembic.script import ScriptDirectory


def find_revisions(ini_path: str, folder: str) -> dict[str, list[str]]:
    """The revisions of an environment, ``known``, and those that none follows, ``heads``.

    :param ini_path: the ini file, with the section ``[alembic]``.
    :param folder: the folder of the migrations; Alembic would import a package to find it.
    """
    config = Config(ini_path)
    config.set_main_option("script_location", folder.replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = [script.revision for script in scripts.walk_revisions()]
    return {"known": known, "heads": scripts.get_heads()}


if __name__ == "__main__":
    try:
        json.dump(find_revisions(*sys.argv[1:]), sys.stdout)
    # A migration is a module, which can fail by anything.
    except Exception as error:
        sys.exit(str(error) or repr(error))
