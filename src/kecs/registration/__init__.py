"""The front door: search, match, account, home. README.md in this folder shows the flow."""
