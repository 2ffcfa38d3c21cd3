"""console: where staff work. Cases with both sides next to each other, their outcomes, and letters to post."""
