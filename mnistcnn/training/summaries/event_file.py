"""TensorBoard's event files: writing them in bulk, and dropping what a killed run wrote behind its last checkpoint."""

from __future__ import annotations

import errno
import os
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.image.metadata import create_summary_metadata as image_metadata

from .pictures import Pixels, png

# Of a TFRecord: the length and its checksum before the content, the content's checksum behind it.
_LENGTH = struct.Struct("<QI")
_FOOTER_BYTES = 4


class EventFile:
    """A new event file in a directory.

    What is written reaches the file when `flush` is called or a buffer is full.

    Args:
        directory: a "run" in TensorBoard's words; made if it is missing.
        step: the first step that may come.
    """

    def __init__(self, directory: Path, step: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        # Sorted by name, which is how TensorBoard reads them, they come in the order of their steps.
        names = (directory / f"events.out.tfevents.{step:010d}.{number:03d}" for number in count())
        self.path = next(path for path in names if not path.exists())
        with _os_errors(self.path):
            self._file = tf.io.TFRecordWriter(os.fsencode(self.path))  # Text would have to be UTF-8.
        self.write(Event(file_version="brain.Event:2"))
        # A TensorBoard that looks on while a run is resumed drops what it has seen of these steps.
        self.write(Event(step=step, session_log=SessionLog(status=SessionLog.START)))

    def write(self, event: Event) -> None:
        """Write one event, at the present time unless it has one."""
        event.wall_time = event.wall_time or time.time()
        with _os_errors(self.path):
            self._file.write(event.SerializeToString())

    def write_values(self, step: int, values: Iterable[Summary.Value], wall_time: float = 0.0) -> None:
        """Write some values of one step."""
        self.write(Event(step=step, wall_time=wall_time, summary=Summary(value=values)))

    def flush(self) -> None:
        """Hand everything over to the system: a TensorBoard sees it, and it outlives this process."""
        with _os_errors(self.path):
            self._file.flush()

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        self.flush()
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Flush and close."""
        with _os_errors(self.path):
            self._file.close()


def scalar_values(values: Mapping[str, float]) -> Iterator[Summary.Value]:
    """A point for each of some curves, by tag."""
    return (Summary.Value(tag=tag, simple_value=value) for tag, value in values.items())


def histogram_value(tag: str, histogram: HistogramProto) -> Summary.Value:
    """A histogram, which is also a slice of a distribution."""
    return Summary.Value(tag=tag, histo=histogram)


def picture_value(tag: str, pictures: Sequence[Pixels], description: str) -> Summary.Value:
    """Pictures of equal size, side by side under one tag."""
    height, width = pictures[0].shape[:2]
    content = [str(width).encode(), str(height).encode(), *map(png, pictures)]
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(content))])
    metadata = image_metadata(display_name=None, description=description)
    return Summary.Value(
        tag=tag, metadata=metadata, tensor=TensorProto(dtype=DT_STRING, tensor_shape=shape, string_val=content)
    )


def rewind(directory: Path, first_dropped: int) -> None:
    """Cut what belongs to step `first_dropped` and later off the event files of a directory.

    A torn record at the end of a file, which a killed process may leave, goes with it. A file that has nothing left
    is removed.

    Raises:
        OSError: a file cannot be read or cut.
    """
    for path in sorted(directory.glob("events.out.tfevents.*")):
        length, is_empty = _kept_length(path, first_dropped)
        if is_empty:
            path.unlink()
        elif length < path.stat().st_size:
            os.truncate(path, length)


def holds_graph(directory: Path) -> bool:
    """Whether the event files of a directory have a graph."""
    files = directory.glob("events.out.tfevents.*")
    return any(event.WhichOneof("what") == "graph_def" for path in files for event, _ in _events(path))


def _kept_length(path: Path, first_dropped: int) -> tuple[int, bool]:
    """How many bytes of a file to keep, and whether they hold nothing but the start of a session."""
    kept, is_empty = 0, True
    for event, end in _events(path):
        kind = event.WhichOneof("what")
        if kind in ("summary", "tagged_run_metadata") and event.step >= first_dropped:
            break
        kept, is_empty = end, is_empty and kind in ("file_version", "session_log")
    return kept, is_empty


def _events(path: Path) -> Iterator[tuple[Event, int]]:
    """Every whole event of a file, with the offset of its end."""
    with path.open("rb") as file:
        while header := file.read(_LENGTH.size):
            size = _LENGTH.unpack(header)[0] if len(header) == _LENGTH.size else 0
            if size > os.fstat(file.fileno()).st_size:
                return  # The length is damaged.
            content = file.read(size)
            if len(header) < _LENGTH.size or len(content) < size or len(file.read(_FOOTER_BYTES)) < _FOOTER_BYTES:
                return
            try:
                yield Event.FromString(content), file.tell()
            except DecodeError:
                return


@contextmanager
def _os_errors(path: Path) -> Iterator[None]:
    """TensorFlow has its own exceptions for a disk that is full; the run knows the system's."""
    try:
        yield
    except tf.errors.OpError as error:
        raise OSError(errno.EIO, error.message, str(path)) from error
