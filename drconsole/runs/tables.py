"""The tables of the journal (design, section 3, Journal); the same for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 1

metadata = sa.MetaData()

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.String(8), primary_key=True),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("plan", sa.Text, nullable=False),
)

record = sa.Table(
    "record",
    metadata,
    sa.Column("run", sa.String(8), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

claim = sa.Table(
    "claim",
    metadata,
    sa.Column("workload", sa.Text, primary_key=True),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("run", sa.String(8), nullable=True),
)

request = sa.Table(
    "request",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(8), nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    # Without it SQLite would give the number of a deleted last row to the next one.
    sqlite_autoincrement=True,
)

mark = sa.Table(
    "mark",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("until", sa.String(40), nullable=True),
)
