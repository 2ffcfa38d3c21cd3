"""How long what is kept; `kecs tidy` destroys what is older. docs/guides/retention.md, docs/adr/0033-retention.md"""
