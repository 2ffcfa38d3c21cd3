"""Imports that `kecs import` did: listed at the desk beside the files that were sent, and undone there as these are."""
