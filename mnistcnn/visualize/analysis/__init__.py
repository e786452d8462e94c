"""What pictures are made from: arrays computed from a network, without any drawing."""
