"""What staff put right from a person's page, and the number that they may see; docs/adr/0026-persons-page.md."""
