"""Recoveries at the desk: people who lost every way in. They wait in the queue of the cases."""
