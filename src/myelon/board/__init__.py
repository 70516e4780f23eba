"""What is laid before the board: the record with all that is computed from it."""
