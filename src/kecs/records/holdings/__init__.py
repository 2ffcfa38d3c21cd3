"""Who holds which record: read and written for the assurance room, which decides."""
