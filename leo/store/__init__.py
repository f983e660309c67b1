"""Where a Leo is kept: one SQLite file, one writer, and a journal that is the truth."""
