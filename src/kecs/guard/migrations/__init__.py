"""Schema history of the guard room."""
