"""Functions in processes that can be killed, without importing TensorFlow anew for each.

`ForkServer` starts this module as a process. It reads orders from standard input, one JSON object a line, and answers
each with a number. TensorFlow starts its threads only with its first operation, so it can be imported here and used in
forked children.

`{"call": "module:function", "arguments": {…}, "log": …}` calls the function in a child, with both outputs in a file.
The answer is the child's process id. The child exits with what the function returns: None is 0, an exception is 1.
`{"wait": pid}` waits for a child. The answer is its exit code, or minus the signal that killed it.
`{"kill": pid}` kills a child that nobody has waited for; the answer is 0.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.clock import make_movable

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Child:
    """A function that runs in a process of its own."""

    server: ForkServer
    pid: int
    log_path: Path

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    def wait(self) -> int:
        """Its exit code; minus the signal that killed it."""
        return self.server.ask({"wait": self.pid})

    def kill(self) -> None:
        """End it, unless somebody has waited for its end."""
        self.server.ask({"kill": self.pid})

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


class ForkServer:
    """Calls functions in children of one process.

    Args:
        logs: an empty directory, for what the children write.
    """

    def __init__(self, logs: Path) -> None:
        self._logs, self._children = logs, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            cwd=ROOT,
        )

    def start(self, call: str, **arguments: object) -> Child:
        """Call `module:function` in a child, with arguments that JSON can hold."""
        self._children += 1
        log = self._logs / f"{self._children}.log"
        return Child(self, self.ask({"call": call, "arguments": arguments, "log": str(log)}), log)

    def ask(self, order: object) -> int:
        """Give an order, and wait for its answer."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


def answer(order: dict[str, Any]) -> int:
    """Carry out an order; in a child, end the process instead of returning."""
    if "wait" in order:
        return os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
    if "kill" in order:
        with suppress(ChildProcessError):  # Once it has been waited for, its number may be another process's.
            if os.waitpid(order["kill"], os.WNOHANG) == (0, 0):
                os.kill(order["kill"], signal.SIGKILL)
                os.waitpid(order["kill"], 0)
        return 0
    module, function = order["call"].split(":")
    called = getattr(importlib.import_module(module), function)  # Before the fork: no child imports it again.
    pid = os.fork()
    if pid == 0:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.exit(called(**order["arguments"]))
    return pid


if __name__ == "__main__":
    make_movable()
    while line := sys.stdin.readline():
        print(answer(json.loads(line)), flush=True)
