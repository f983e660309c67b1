"""Looking back at what was said."""
