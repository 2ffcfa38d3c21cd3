"""Every page of the portal in every state it can be in: the one list that tests of language, ease and access read."""
