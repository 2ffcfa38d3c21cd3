"""The looks of every page, for all rooms that show one: frame, form rendering, widgets, style sheet."""
