"""Accounts whose address nobody ever confirmed, and their end. `kecs tidy` calls this, and knows what else hangs on an account."""
