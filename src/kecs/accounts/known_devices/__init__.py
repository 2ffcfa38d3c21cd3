"""Known devices: a browser that signed in before is not kept waiting for strangers' guesses, and a new one is told by mail."""
