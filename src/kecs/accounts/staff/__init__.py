"""Who works at the agency, and in which roles. What a role opens is the console's table, not known here."""
