"""Two records of one person become one, and can become two again. docs/adr/0024-merge-and-unmerge.md."""
