"""Showing a whole Social Security number to staff, once and on the log; docs/adr/0026-persons-page.md."""
