"""A Leo as plain tables: SQLite, CSV or Parquet, for pandas and Datasette."""
