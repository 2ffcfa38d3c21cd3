"""Commands of the guard room."""
