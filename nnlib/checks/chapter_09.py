"""What a right answer does, in the exercises of chapter 9, When XOR refuses."""
