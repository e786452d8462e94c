"""What everything that renders a run has in common."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from mnistcnn.events import Event


class Sink:
    """Receives what happens in a run; every method does nothing unless a subclass cares."""

    def __enter__(self) -> Self:
        """Before anything happens."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """After everything, whether it went well or not; the terminal must be sane afterwards."""

    def show(self, event: Event) -> None:
        """Render one event."""

    def phase(self, text: str) -> None:
        """Something that takes a while has begun, such as `starting TensorFlow`."""

    def note(self, text: str) -> None:
        """Something that people want to know, such as where TensorBoard is."""

    def download(self, name: str, received: int, total: int) -> None:
        """`received` of `total` bytes of the file `name` have arrived."""
