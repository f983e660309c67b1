"""Fuzz targets: each takes any bytes, and raises if a promise is broken.

``scripts/fuzz`` drives them with atheris for as long as one likes; pytest runs each over a
small stored corpus and over what once was a finding (``corpus/TARGET/``).
"""
