"""The house under faults: killed, cut off, full, crowded; each file tells what must hold, and `python -m tests.faults` runs all."""
