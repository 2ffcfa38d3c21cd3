"""The cases at the desk: one queue, a page for each, the decision and the mails that follow from it."""
