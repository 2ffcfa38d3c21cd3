"""How a person asks for another name, birth date or SSN, with documents, and what staff decide."""
