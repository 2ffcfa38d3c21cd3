"""The whole number, shown once: its page, counting them for each member of staff, and stopping her; docs/adr/0026-persons-page.md."""
