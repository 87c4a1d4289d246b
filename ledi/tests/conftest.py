"""Puts this folder on the path, so that tests in sub-folders find the shared helpers (official.py)."""
