"""LEDI in Python."""
