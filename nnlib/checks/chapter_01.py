"""What a right answer does, in the exercises of chapter 1, One neuron."""
