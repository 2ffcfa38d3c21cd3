"""Loading records from a CSV file: parse -> checks -> plan -> apply. Only apply knows the database."""
