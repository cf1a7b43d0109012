"""What a right answer does, in the exercises of chapter 14, Steps that know the curvature."""
