"""What a right answer does, in the exercises of chapter 12, SciPy as the trainer."""
