"""Commands of the assurance room."""
