"""What a right answer does, in the exercises of chapter 8, The training loop."""
