"""How the house is put together: settings, the table of contents of its URLs, and the ways in."""
