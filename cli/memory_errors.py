"""Memory that is not there: a fault of the machine or of the settings, and no bug."""

from __future__ import annotations

from mnistcnn.network.memory_errors import memory_line

OUT_OF_MEMORY = 5
_ADVICE = (
    "`mnistcnn doctor` shows what is free; a smaller batch_size or network needs less, as do fewer processes at a time"
)


def memory_message(error: BaseException) -> list[str]:
    """What was wanted, as far as the error says, and what helps."""
    return [f"out of memory: {memory_line(error) or 'Python could not get any'}", _ADVICE]
