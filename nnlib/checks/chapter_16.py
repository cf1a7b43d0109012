"""What a right answer does, in the exercises of chapter 16, Handwritten digits."""
