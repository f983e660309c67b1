"""Watching Leo over whole talks: what each part of him does, measured."""
