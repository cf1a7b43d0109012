"""What a right answer does, in the exercises of chapter 2, A neuron learns."""
