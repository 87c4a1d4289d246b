"""Saúde e-SUS."""
