"""A release only adds to the database's form, so that the one before it still works: read from the migrations' SQL."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from ledger.storage import migrate
from ledger.storage.migrate import current, downgrade, newest, upgrade

FOLDER: Final = Path(migrate.__file__).with_name("migrations")
FIRST_RELEASE: Final = "0014"
"""Before the first release nobody ran an older program beside a newer one."""
_ADDS: Final = (
    re.compile(r"^CREATE TABLE "),
    re.compile(r"^CREATE (UNIQUE )?INDEX "),
    re.compile(r"^INSERT INTO "),
    re.compile(r"^UPDATE "),
    re.compile(r"^(BEGIN|COMMIT)$"),
    re.compile(r"^CREATE (OR REPLACE FUNCTION|TRIGGER) "),
)
_COLUMN: Final = re.compile(r"^ALTER TABLE \S+ ADD (COLUMN )?(?!CONSTRAINT)\S+ ")


def revisions() -> list[str]:
    """Every migration since the first release, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return sorted(
        one.revision for one in ScriptDirectory.from_config(config).walk_revisions() if one.revision > FIRST_RELEASE
    )


def offending(sql: str) -> list[str]:
    """The statements that could break a program which knows nothing of them."""
    text = re.sub(r"--[^\n]*", "", sql)
    # The body of a function is one statement with what is in it.
    text = re.sub(r"\$\$.*?\$\$", "$$", text, flags=re.DOTALL)
    found = []
    made = set(re.findall(r"CREATE TABLE (\S+)", text))
    for statement in (" ".join(one.split()) for one in text.split(";")):
        if not statement or any(rule.match(statement) for rule in _ADDS):
            unique = re.match(r"^CREATE UNIQUE INDEX \S+ ON (\S+)", statement)
            # What is unique from now on may have been there twice.
            if unique and unique[1] not in made:
                found.append(statement)
            continue
        if _COLUMN.match(statement) and ("NOT NULL" not in statement or "DEFAULT" in statement):
            continue
        found.append(statement)
    return found


def test_migrations_only_add(empty_database: str) -> None:
    upgrade(empty_database, FIRST_RELEASE)
    for revision in revisions():
        said: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any, said: list[str] = said) -> None:
            said.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            upgrade(empty_database, revision)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        changes = [
            one for one in said if not re.match(r"\s*(BEGIN|PRAGMA|SELECT|SET LOCAL|UPDATE alembic_version)", one)
        ]
        assert changes, revision
        assert offending(";".join(changes)) == [], revision


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE items;",
        "ALTER TABLE items DROP COLUMN serial;",
        "ALTER TABLE items RENAME COLUMN serial TO number;",
        "ALTER TABLE items RENAME TO things;",
        "ALTER TABLE items ADD COLUMN grade TEXT NOT NULL;",
        "ALTER TABLE items ALTER COLUMN serial TYPE VARCHAR(10);",
        "ALTER TABLE items ALTER COLUMN serial SET NOT NULL;",
        "ALTER TABLE items ADD CONSTRAINT c UNIQUE (serial);",
        "CREATE UNIQUE INDEX i ON items (serial);",
        "DELETE FROM items;",
        "DROP INDEX i;",
    ],
)
def test_what_could_break_the_release_before_is_found(sql: str) -> None:
    assert len(offending(f"CREATE TABLE other (id TEXT NOT NULL);\n{sql}")) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (id TEXT NOT NULL); CREATE UNIQUE INDEX i ON t (id);",
        "ALTER TABLE items ADD COLUMN grade TEXT;",
        "ALTER TABLE items ADD COLUMN grade TEXT DEFAULT 'a' NOT NULL;",
        "CREATE INDEX i ON items (grade);",
    ],
)
def test_what_only_adds_is_taken(sql: str) -> None:
    assert offending(sql) == []


def test_to_migrate_twice_is_harmless(empty_database: str) -> None:
    upgrade(empty_database)
    upgrade(empty_database)
    assert current(empty_database) == newest()


@pytest.mark.parametrize("begun_at", [None, FIRST_RELEASE])
def test_to_migrate_twice_at_once_is_harmless(empty_database: str, begun_at: str | None) -> None:
    if begun_at is not None:
        upgrade(empty_database)
        downgrade(empty_database, begun_at)
    line = [sys.executable, "-c", "import sys; from ledger.storage.migrate import upgrade; upgrade(sys.argv[1])"]
    running = [subprocess.Popen([*line, empty_database], stderr=subprocess.PIPE) for _ in range(3)]
    told = [one.communicate(timeout=120)[1].decode() for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], told
    assert current(empty_database) == newest()
