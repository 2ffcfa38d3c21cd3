"""How sure we are that the holder of a record is its person: levels, evidence, notices, what each level may do."""
