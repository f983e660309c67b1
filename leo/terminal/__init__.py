"""Leo in a terminal: ``python -m leo``."""
