"""The pages that merge two records, and make two of them again: what they show, what they ask, what they do."""
