"""What a right answer does, in the exercises of chapter 11, Better steps."""
