"""Keys that come and go while the portal runs: which key each sealed value has, sealing under another one, retiring the old one.

`kecs keys` is its only caller. It reaches the tables of every room, by what a column is (a SealedField) and not by its name, which
is why it stands in the room above all others. docs/adr/0030-keys-that-change.md, docs/runbooks/keys.md
"""
