"""What a right answer does, in the exercises of chapter 3, A hidden layer folds the plane."""
