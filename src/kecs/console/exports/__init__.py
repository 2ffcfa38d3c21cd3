"""Lists of people to take along, safe for spreadsheets; every one is on the log before its first byte."""
