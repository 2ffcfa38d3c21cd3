"""Facts that staff put right at the desk, after they saw a document: for people with an account and for those without."""
