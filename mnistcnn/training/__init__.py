"""Training: the loop, the compiled steps, optimizer, seeds, TensorBoard's summaries, several processes or devices."""
