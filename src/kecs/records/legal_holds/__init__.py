"""Legal holds: who is under one, placing and lifting. `kecs hold` and what destroys old data ask."""
