"""Changes to who somebody is: to her record, and to what her account states. Called by the corrections room."""
