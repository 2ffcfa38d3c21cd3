"""Counting the whole numbers that a member of staff sees, and stopping her; docs/adr/0026-persons-page.md."""
