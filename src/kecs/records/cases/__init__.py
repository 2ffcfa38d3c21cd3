"""Cases: what staff must decide. Opened and closed by the actions of the records room, read here."""
