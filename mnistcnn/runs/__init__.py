"""Run directories on disk: checkpoints, manifest, metrics, locks; finding, listing, resuming and reproducing runs."""
