"""Lists of people for staff to take along: which, with which columns, page by page."""
