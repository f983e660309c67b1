"""The modules under their own names, each to be opened alone on a Leo's file."""
