"""Undo a whole import within a day, where nothing was built on it."""
