"""The looks of every page: frame, form rendering, widgets and style sheet, for all rooms that show something."""
