"""What a right answer does, in the exercises of chapter 4, The forward pass in NumPy."""
