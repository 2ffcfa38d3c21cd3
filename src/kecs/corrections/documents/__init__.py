"""Documents of requests: kept sealed in pieces, scanned behind the scenes, opened by staff, destroyed in time."""
