"""The mails of this room that the mail worker writes; docs/adr/0017-mail-written-behind-the-scenes.md tells why."""
