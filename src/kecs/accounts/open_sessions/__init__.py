"""Sessions that their owner can see and end, and that end by themselves; docs/adr/0019-addresses-undo-and-recovery.md."""
