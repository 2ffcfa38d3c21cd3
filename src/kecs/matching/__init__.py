"""PURE: is this person that record? Called by registration's form and actions and by records' queries.

Nothing here knows Django, a database or the time of day, so every rule can be read, tested and argued
about by itself. docs/adr/0003-matching-policy.md says why the rules are what they are.
"""
