"""What staff put right from a person's page: its form, its page, what it does; docs/adr/0026-persons-page.md."""
