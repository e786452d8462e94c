"""What XLA compiles for a GPU, and what to do when it cannot.

TensorFlow keeps compiled programs on disk (`mnistcnn.network.startup` says where) and finds them by the name of the
function, the program that XLA is given, and the kind of device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from .memory_errors import is_out_of_memory


def named(function: Callable[..., Any], name: str, *, exact: bool) -> Callable[..., Any]:
    """The function under a name that tells programs apart whose kernels XLA may have chosen by their time.

    Args:
        function: what XLA will compile.
        name: what it computes.
        exact: whether the same seed must give the same bits.
    """

    def call(*arguments: tf.Tensor) -> Any:
        return function(*arguments)

    call.__name__ = f"exact_{name}" if exact else name
    return call


def compile_now(call: Callable[[], object], trace_again: Callable[[], None]) -> str | None:
    """Let XLA compile by calling; the reason if it cannot, None if it can.

    A kept program that is damaged, or a folder for them that cannot be written, is an error as well. Traced again, the
    function has a new name, under which nothing is kept yet.

    Args:
        call: the function that XLA compiles, with any arguments.
        trace_again: makes a new function of the same kind.

    Raises:
        tf.errors.OpError: there is no memory left, which without XLA would be no better.
    """
    try:
        call()
        return None
    except tf.errors.OpError as error:
        if is_out_of_memory(error):
            raise
    try:
        trace_again()
        call()
        return None
    except tf.errors.OpError as error:
        if is_out_of_memory(error):
            raise
        return str(error.message).splitlines()[0]
