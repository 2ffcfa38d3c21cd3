"""The mails of this room, written by the mail worker; docs/adr/0017-mail-written-behind-the-scenes.md tells why."""
