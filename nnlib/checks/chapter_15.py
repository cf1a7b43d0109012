"""What a right answer does, in the exercises of chapter 15, Learning that generalizes."""
