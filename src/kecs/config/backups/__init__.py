"""The whole database in one sealed file, and back again; `kecs backup` and `kecs restore`. docs/adr/0032-backups.md"""
