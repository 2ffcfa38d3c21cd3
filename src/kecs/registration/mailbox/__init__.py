"""A search that waits for a mailbox code: in strict mode, and where many search from one network."""
