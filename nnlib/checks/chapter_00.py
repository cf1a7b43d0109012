"""What a right answer does, in the exercises of chapter 0, Two programs that do not run."""
