"""Accounts: sign-in, passwords, e-mail addresses and their confirmation. The sign-in library stays inside this room."""
