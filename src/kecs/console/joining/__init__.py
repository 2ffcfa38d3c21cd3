"""What staff do on the pages that merge two records."""
