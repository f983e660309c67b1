"""The tables of a Leo's file, as numbered migrations, and how to tell that a file is one."""

__all__ = ["APPLICATION_ID", "MIGRATIONS", "TABLES", "VERSION"]

APPLICATION_ID = 0x4C454F21
"""``LEO!``: SQLite's application id of a Leo's file."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Everything that ever happened, in order; the field is what the journal says.
        """
        CREATE TABLE journal (
            entry INTEGER PRIMARY KEY,
            kind  TEXT NOT NULL CHECK (kind IN ('birth', 'turn', 'observe', 'book', 'settings')),
            at    REAL NOT NULL,
            turn  INTEGER UNIQUE,
            body  TEXT NOT NULL
        ) STRICT
        """,
        # One short row per turn, so that overviews never decode whole Turns.
        """
        CREATE TABLE summary (
            turn           INTEGER PRIMARY KEY,
            at             REAL NOT NULL,
            quality        REAL NOT NULL,
            external_vocab REAL NOT NULL,
            novelty        REAL NOT NULL,
            arousal        REAL NOT NULL,
            entropy        REAL NOT NULL,
            temperature    REAL NOT NULL,
            reply_tokens   INTEGER NOT NULL,
            words          INTEGER NOT NULL,
            bigrams        INTEGER NOT NULL,
            trigrams       INTEGER NOT NULL,
            pairs          INTEGER NOT NULL,
            faults         INTEGER NOT NULL
        ) STRICT
        """,
        # The field folded up to one journal entry (named in part 'meta'), in chunks.
        """
        CREATE TABLE image (
            part  TEXT NOT NULL,
            chunk INTEGER NOT NULL,
            data  BLOB NOT NULL,
            PRIMARY KEY (part, chunk)
        ) STRICT
        """,
        # Which migrations of which module ran.
        """
        CREATE TABLE module_migrations (
            module TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (module, number)
        ) STRICT
        """,
    ),
    (
        # What was forgotten is a gap: number, time and turn stay. A CHECK cannot be changed.
        """
        CREATE TABLE journal_with_gaps (
            entry INTEGER PRIMARY KEY,
            kind  TEXT NOT NULL CHECK (
                kind IN ('birth', 'turn', 'observe', 'book', 'settings', 'gap')
            ),
            at    REAL NOT NULL,
            turn  INTEGER UNIQUE,
            body  TEXT NOT NULL
        ) STRICT
        """,
        "INSERT INTO journal_with_gaps SELECT entry, kind, at, turn, body FROM journal",
        "DROP TABLE journal",
        "ALTER TABLE journal_with_gaps RENAME TO journal",
        # What a committed change leaves to be done with the file itself.
        "CREATE TABLE chores (chore TEXT PRIMARY KEY) STRICT",
    ),
    (
        # A body that was deflated stands here, and leaves the other empty.
        "ALTER TABLE journal ADD COLUMN packed BLOB",
    ),
)
"""Each migration is a list of statements; it runs once, together with the record that it ran."""

VERSION = len(MIGRATIONS)
"""The schema this version of leo writes (SQLite's ``user_version``)."""

TABLES = frozenset({"journal", "summary", "image", "module_migrations", "chores"})
"""Tables of the file itself; all others are modules'."""
