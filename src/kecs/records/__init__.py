"""The educator record index: who is on file, who holds which record, and what staff must decide."""
