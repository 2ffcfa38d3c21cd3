"""Personal identifiers: parsed once, sealed at rest, findable only by keyed digests."""
