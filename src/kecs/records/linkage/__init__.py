"""Likely duplicates in the whole index, by Splink: `kecs duplicates`. docs/guides/duplicates.md tells how."""
