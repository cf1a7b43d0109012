"""What a right answer does, in the exercises of chapter 6, Backpropagation."""
