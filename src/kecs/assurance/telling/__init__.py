"""Notices of what happened to a claim, and the links in them."""
