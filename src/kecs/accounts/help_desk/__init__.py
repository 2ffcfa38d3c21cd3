"""What staff at the help desk see of an account, and put right for its owner; docs/adr/0026-persons-page.md."""
