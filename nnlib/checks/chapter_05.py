"""What a right answer does, in the exercises of chapter 5, Losses."""
