"""The address book of an account: several addresses, one for mail, and a way back; docs/adr/0019-addresses-undo-and-recovery.md."""
