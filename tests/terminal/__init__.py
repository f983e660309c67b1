"""Tests of ``python -m leo``."""
