"""KECS: an open educator credentialing system. docs/map.md says which room does what."""
