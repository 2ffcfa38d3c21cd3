"""Files of records in the browser: send one, see what it would do, load it, undo it."""
