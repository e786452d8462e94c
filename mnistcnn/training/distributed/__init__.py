"""Training in several processes or on several devices: who takes part, and how they stay in step."""
