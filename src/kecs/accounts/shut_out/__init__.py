"""Shutting people out of an account: what ends when its owner says that it was not her, or chooses a new password."""
