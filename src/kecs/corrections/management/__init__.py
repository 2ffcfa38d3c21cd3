"""Commands of the corrections room."""
