"""The road of a person who has no way into her account any more; docs/adr/0019-addresses-undo-and-recovery.md."""
