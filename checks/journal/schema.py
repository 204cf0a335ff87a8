"""The journal's tables: how they are made, and how older ones are brought up to date."""

from __future__ import annotations

import sqlite3

from ..errors import InputError
from ..findings import Text
from . import subtrees
from .tables import meta, set_meta

VERSION = 2
"""1: without ``journal_tree``; 2: with it."""

_SCHEMA = """
CREATE TABLE journal_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    event_id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL,
    copy TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
    details TEXT NOT NULL, leaf TEXT NOT NULL, link TEXT NOT NULL);
CREATE INDEX journal_events_subject ON journal_events (subject);
CREATE TABLE journal_findings (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, finding_id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL);
CREATE TABLE journal_meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE decisions (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, finding_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL, opinion TEXT, reason TEXT, who TEXT, at TEXT, disputed INTEGER NOT NULL);
CREATE TRIGGER journal_events_stay BEFORE DELETE ON journal_events
    BEGIN SELECT RAISE(ABORT, 'the journal is only ever appended to'); END;
CREATE TRIGGER journal_events_fixed BEFORE UPDATE ON journal_events
    BEGIN SELECT RAISE(ABORT, 'the journal is only ever appended to'); END;
"""
_SECOND = """
CREATE TABLE journal_tree (block INTEGER PRIMARY KEY NOT NULL, digest TEXT NOT NULL);
CREATE INDEX journal_events_assigned ON journal_events (subject) WHERE action = 'assigned';
CREATE INDEX journal_events_noted ON journal_events (subject) WHERE action = 'note';
"""


def present(connection: sqlite3.Connection) -> bool:
    """Whether the file has a journal."""
    row = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name = 'journal_events'"
    ).fetchone()
    return bool(row[0])


def version(connection: sqlite3.Connection) -> int:
    """Version of the journal's tables; 0 for one that is no number."""
    text = meta(connection, "schema")
    if not text:
        return 1
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, within the transaction that is open."""
    _run(connection, _SCHEMA)
    # So that QGIS shows the decisions beside the findings; the log itself is not for editing.
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES"
        " ('decisions', 'attributes', 'decisions')"
    )
    bring_up_to_date(connection)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Add what tables of an older version lack; no event is touched.

    Raises
    ------
    InputError
        When the journal is of a later version than this one knows.
    """
    found = version(connection)
    if found == VERSION:
        return
    if found > VERSION:
        raise InputError(
            Text(
                "决定日志由更新版本的插件写成，请先升级插件。",
                "The journal was written by a later version of the plugin: update it first.",
            )
        )
    if found < 1:
        raise InputError(
            Text("决定日志的版本号无法识别。", "The version of the journal cannot be read.")
        )
    _run(connection, _SECOND)
    size = connection.execute("SELECT coalesce(max(seq), 0) FROM journal_events").fetchone()[0]
    subtrees.extend(connection, 0, int(size))
    set_meta(connection, "schema", str(VERSION))


def _run(connection: sqlite3.Connection, script: str) -> None:
    """``executescript`` would end the transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
