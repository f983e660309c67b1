"""Tests of Leo as a server."""
