"""What a merge leads to the survivor, table by table."""
