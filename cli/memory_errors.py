"""Memory that is not there: a fault of the machine or of the settings, and no bug."""

from __future__ import annotations

import errno
import resource

OUT_OF_MEMORY = 5
_ADVICE = (
    "`mnistcnn doctor` shows what is free; a smaller batch_size or network needs less, as do fewer processes at a time"
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether Python, NumPy, the system or TensorFlow had no memory left, on the processor or on a GPU."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, ImportError):  # The loader of libraries has no kind of error of its own.
        return "cannot allocate memory" in str(error).lower() or "failed to map segment" in str(error)
    if isinstance(error, SystemError):  # Python's own code for imports, when memory ends in the middle of it.
        return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    # By its name, so that commands without TensorFlow need not import it.
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def memory_message(error: BaseException) -> list[str]:
    """What was wanted, as far as the error says, and what helps."""
    detail = (str(error).strip() or "Python could not get any").splitlines()[0]
    return [f"out of memory: {detail}", _ADVICE]
