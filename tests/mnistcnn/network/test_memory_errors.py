import pytest

from mnistcnn.network.memory_errors import is_out_of_memory, memory_line

ONEDNN = "Operation received an exception:Status: 1, message: could not create a primitive, in file mkl_conv_ops.cc:1"
SUSPECTED = "IMPORTANT: PLEASE READ THIS\n\nOriginal error was: a.so: failed to map segment from shared object"


def aborted(message):
    """TensorFlow's error, without TensorFlow."""
    return type("AbortedError", (Exception,), {})(message)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), ""),
        (MemoryError("Unable to allocate 12 GiB"), "Unable to allocate 12 GiB"),
        (aborted(ONEDNN), ONEDNN),
        (ImportError(SUSPECTED), "Original error was: a.so: failed to map segment from shared object"),
    ],
    ids=repr,
)
def test_missing_memory_is_recognised_by_the_line_that_names_it(error, line):
    assert is_out_of_memory(error)
    assert memory_line(error) == line


def test_an_error_that_came_from_missing_memory_is_missing_memory():
    error = RuntimeError("cannot import scikit-learn")
    error.__context__ = MemoryError("Unable to allocate 12 GiB")
    assert is_out_of_memory(error)


@pytest.mark.parametrize("bug", [aborted("Status: 2, message: invalid arguments"), RuntimeError("no memory of it")])
def test_other_errors_are_not(bug):
    assert not is_out_of_memory(bug)
