"""Finding a person at the staff's desk: what was typed is understood, and looked up in indexes; nothing is ever scanned."""
