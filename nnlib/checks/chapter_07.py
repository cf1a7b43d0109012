"""What a right answer does, in the exercises of chapter 7, Never trust a gradient."""
