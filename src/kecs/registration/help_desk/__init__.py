"""What the help desk sees of searches for a person, and puts right; docs/adr/0026-persons-page.md."""
