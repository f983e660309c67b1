"""Tests of Leo and his widgets."""
