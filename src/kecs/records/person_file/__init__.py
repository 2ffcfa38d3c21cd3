"""A record as staff see it, with everybody who holds or held it and every case about it; docs/adr/0026-persons-page.md."""
