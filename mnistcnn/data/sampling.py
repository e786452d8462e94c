"""Which images are in which step's batch: a pure function of the seed and the step.

As in the tutorial's reader, training goes through all examples in a random order, then through all of them in
another one, and so on; a batch may take the end of one epoch and the beginning of the next. Because nothing
is remembered from one call to the next, a run that was killed and resumed sees the same batches as one that
was not.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def batch_indices(seed: int, step: int, count: int, batch_size: int, examples: int) -> NDArray[np.int32]:
    """List the examples of the steps `step` to `step + count - 1`; the first step of a run is step 0.

    Args:
        seed: 0 to 2**64 - 1.
        step: the first step, 0 or more.
        count: how many steps.
        batch_size: examples in a step, 1 to `examples`.
        examples: how many there are.

    Returns:
        [count, batch_size], each 0 to `examples` - 1. Every example comes once in every epoch.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not 1 <= batch_size <= examples:
        raise ValueError(f"batch_size must be 1 to {examples} (the number of examples), not {batch_size}")
    if step < 0 or count < 0 or not 0 <= seed < 2**64:
        raise ValueError(f"out of range: seed {seed}, step {step}, count {count}")
    start, stop = step * batch_size, (step + count) * batch_size
    parts = [np.empty(0, np.int32)]
    while start < stop:
        epoch, offset = divmod(start, examples)
        part = _permutation(seed, epoch, examples)[offset : offset + stop - start]
        parts.append(part)
        start += len(part)
    return np.concatenate(parts).reshape(count, batch_size)


# Two, because a chunk of steps may straddle two epochs.
@lru_cache(maxsize=2)
def _permutation(seed: int, epoch: int, examples: int) -> NDArray[np.int32]:
    """Draw the order of `epoch`: read-only, [examples]."""
    # NumPy promises that a bit generator's raw stream never changes, but not so for Generator.permutation
    # (NEP 19). With sorted raw numbers, a seed means the same batches under every version of NumPy.
    keys = np.random.Philox(key=np.array([seed, epoch], np.uint64)).random_raw(examples)
    order = np.argsort(keys, kind="stable").astype(np.int32)
    order.flags.writeable = False
    return order
