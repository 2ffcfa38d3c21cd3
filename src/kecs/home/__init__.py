"""The educator's Home Page: reads only."""
