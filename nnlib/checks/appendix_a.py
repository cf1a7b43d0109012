"""What a right answer does, in the exercises of appendix A, Automatic differentiation."""
