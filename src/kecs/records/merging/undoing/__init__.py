"""Undoing a merge."""
