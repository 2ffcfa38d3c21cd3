"""Global strict mode: while strangers spray guesses over many people, a search is evaluated after a mailbox code only."""
