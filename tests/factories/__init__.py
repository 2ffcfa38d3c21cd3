"""People and what they do, made through the real pages and actions; nobody here is anybody."""
