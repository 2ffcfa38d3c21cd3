"""People whom staff invite to an account, because they gave no Social Security number: the last step of that road."""
