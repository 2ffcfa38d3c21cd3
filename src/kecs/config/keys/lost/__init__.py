"""A key of which there is no copy: what it sealed is counted, and let go of."""
