"""A run as a program sees it: what is in its directory, and what can be done with its network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from ..config.data_sources import DataSource
from ..config.from_python import load_config
from ..config.paths import expand_home
from ..config.schema import Config
from ..data.dataset import Dataset
from ..errors import RunError
from ..events import Event, Split
from ..runs import manifest as manifests
from ..runs.data import data_to_repeat
from ..runs.directory import Run as RunDirectory
from ..runs.finding import find_runs
from ..runs.finding import open_run as open_directory
from ..runs.listing import ListedState, RunSummary, summarize
from ..runs.manifest import Results
from ..runs.resuming import checked_changes
from ..training.signatures import Stop
from ..visualize.names import ALL, PageWeights
from . import using
from .digits import Images
from .following import OnEvent, follow
from .metrics import METRICS, metrics_array
from .notebook.summary import run_html
from .pictures import Page, Pictures

if TYPE_CHECKING:
    from ..evaluation.assessment import Assessment
    from ..evaluation.prediction import Prediction
    from ..export.exporting import Exported
    from .network import Network

AnyPath = str | os.PathLike[str]


class Run:
    """A run in its directory. Everything is read from there when it is asked for, also while the run is trained.

    `mnistcnn.train`, `mnistcnn.open_run` and `mnistcnn.list_runs` make these. In all methods `checkpoint` is `best` (by
    the validation images), `last` or a step, and `data_dir` is where the run's data is now, if it has been moved.

    Args:
        path: the run's directory.
    """

    def __init__(self, path: AnyPath) -> None:
        self._directory = RunDirectory(Path(path))
        self._loaded: tuple[Path, Network] | None = None

    def __repr__(self) -> str:
        """The path and what became of it, in one line."""
        summary = self.summary
        parts = [str(self.path), summary.state]
        if summary.test is not None:
            parts.append(f"{100 * summary.test.accuracy:.2f} % of the test images ({summary.data})")
        return f"<mnistcnn.Run {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        """For a notebook: the headline, the curves, and what to do next. Damage is shown, and raises no error."""
        try:
            metrics = self.metrics()
        except RunError:
            metrics = np.empty(0, METRICS)
        return run_html(self.summary, metrics)

    @property
    def path(self) -> Path:
        """The directory."""
        return self._directory.path

    @property
    def name(self) -> str:
        """The directory's name."""
        return self.path.resolve().name

    @property
    def config(self) -> Config:
        """The whole configuration.

        Raises:
            ConfigError: its file is damaged or missing.
        """
        return load_config(self._directory.config_path)

    @property
    def state(self) -> ListedState:
        """`running`, `finished`, `interrupted`, `pruned`, `diverged`, `failed`, or `died`, `damaged`, `unreadable`."""
        return self.summary.state

    @property
    def results(self) -> Results | None:
        """What the run achieved, with accuracies as fractions; None before its end.

        Raises:
            RunError: the manifest is missing or damaged.
        """
        return manifests.check(self._directory.manifest_path, self._directory.manifest()).final

    @property
    def summary(self) -> RunSummary:
        """What is known of the run in whatever state it is: what `mnistcnn runs` lists. Reading it raises no error."""
        return summarize(self._directory)

    @overload
    def metrics(self, *, as_frame: Literal[False] = False) -> NDArray[np.void]: ...

    @overload
    def metrics(self, *, as_frame: Literal[True]) -> Any: ...

    def metrics(self, *, as_frame: bool = False) -> Any:
        """A row for each report and each evaluation.

        Args:
            as_frame: give a DataFrame of pandas, which has to be installed.

        Returns:
            A structured array, [rows], with the columns `step`, `split` (train, validation or test), `data`,
            `examples`, `loss` (nats), `accuracy` (a fraction) and `learning_rate` (NaN for an evaluation).

        Warns:
            UserWarning: for damaged lines of metrics.csv, which are left out.

        Raises:
            RunError: metrics.csv is damaged as a whole.
            ImportError: there is no pandas.
        """
        rows = metrics_array(self._directory.metrics_path)
        if not as_frame:
            return rows
        import pandas as pd

        return pd.DataFrame.from_records(rows)

    def resume(self, *, on_event: OnEvent | None = None, progress: bool = True, **changes: object) -> Run:
        """Go on with an interrupted run, or with a finished one for more `steps`, to the bits that it would have had.

        Args:
            on_event: as for `mnistcnn.train`.
            progress: as for `mnistcnn.train`.
            changes: settings that may change, such as `steps` or `eval_every`; docs/resuming.md lists them.

        Returns:
            This run.

        Raises:
            ConfigError: a change would make it another run.
            RunError: it is in use or damaged, its data is not what it learned from, or it cannot be written.
            DivergedError: the loss became NaN or infinite; what was saved before is kept.
        """
        before = self.config
        manifests.check_agreement(self.path, self._directory.manifest(), before)
        config = checked_changes(before, load_config(self._directory.config_path, **changes))

        def start(dataset: Dataset, stop: Stop) -> Iterator[Event]:
            from ..training import loop

            return loop.resume(self._directory, config, dataset, stop)

        follow(start, data_to_repeat(self._directory, config.data), on_event=on_event, progress=progress)
        return self

    def network(self, checkpoint: str | int = "best") -> Network:
        """The network of a checkpoint, ready to be called with images. The newest one stays in memory.

        Raises:
            CheckpointError: there is no such checkpoint, or it is damaged.
            RunError, ConfigError: the run is damaged.
        """
        path = self._directory.checkpoints().find(str(checkpoint))
        if self._loaded is None or self._loaded[0] != path:
            self._loaded = path, using.load_network(self._directory, str(checkpoint))
        return self._loaded[1]

    def predict(self, images: Images, *, checkpoint: str | int = "best", doubt: bool = True) -> list[Prediction]:
        """Read the digit in each image, as `mnistcnn predict` does.

        Args:
            images: paths or pictures, which go through `mnistcnn.read_digit`; or an array of images as MNIST has them,
                [n, 28, 28] or [28, 28], which stays as it is.
            checkpoint: whose network.
            doubt: measure how unlike the training digits each image is. It is fitted the first time that a checkpoint
                needs it, which takes seconds and the data that the run learned from.

        Returns:
            For each image its `digit`, the `probability` of that, the `runner_up`, all `probabilities`, and its
            `doubt`; `is_doubted` is true above 0. docs/predict.md says what that means.

        Warns:
            UserWarning: doubt could not be fitted; it is None then.

        Raises:
            DataError: an image cannot be read, or has no digit or several.
            CheckpointError: there is no such checkpoint, or it is damaged.
        """
        return self.network(checkpoint).predict(images, doubt=doubt)

    def evaluate(
        self,
        split: Split = "test",
        *,
        checkpoint: str | int = "best",
        data: DataSource | None = None,
        data_dir: AnyPath | None = None,
        mistakes: int = 6,
    ) -> Assessment:
        """Measure the network, as `mnistcnn eval` does; `Assessment.write` writes the files that the command writes.

        Args:
            split: test, validation or train.
            checkpoint: whose network.
            data: other data than the run's own.
            data_dir: the folder of the data's files.
            mistakes: how many of the most confident mistakes to list.

        Returns:
            The accuracy with its 95 % interval, loss, scores of each class, confusions, calibration and mistakes; and
            the prediction and probabilities of each image. docs/evaluation.md explains each figure.

        Raises:
            DataError: the data cannot be loaded, or the split is empty.
            CheckpointError: there is no such checkpoint, or it is damaged.
            DivergedError: an answer is NaN or infinite.
        """
        return using.assess(self._directory, str(checkpoint), split, data, _path(data_dir), mistakes)

    def visualize(
        self,
        layer: str = ALL,
        show: str | Sequence[str] = (),
        *,
        image: int | AnyPath | None = None,
        checkpoint: str | int = "best",
        theme: Literal["light", "dark"] = "light",
        file_format: Literal["png", "svg", "pdf"] = "png",
        autoscale: bool = False,
        out: AnyPath | None = None,
        data_dir: AnyPath | None = None,
    ) -> Pictures:
        """Draw pictures of the network, as `mnistcnn visualize` does. A notebook shows them.

        Args:
            layer: input, conv1, pool1, conv2, pool2, fc1, fc2 or all.
            show: kinds of pictures, such as filters, maps or mistakes; docs/visualize.md lists them. Empty for all.
            image: the digit to follow: the number of a test image, or the path of a picture; by default the least
                certain correct answer among the first hundred test images.
            checkpoint: whose network.
            theme: colours of the pictures.
            file_format: of the files.
            autoscale: give each map a scale of its own.
            out: the folder for the files; by default `visualize/` in the run.
            data_dir: the folder of the run's data.

        Warns:
            UserWarning: damaged snapshots are left out.

        Raises:
            UsageError: there is no such layer, kind or picture.
            DataError: the data or the image cannot be loaded.
            RunError: the folder cannot be written.
        """
        return using.draw(
            self._directory,
            str(checkpoint),
            layer,
            [show] if isinstance(show, str) else show,
            _path(out) or self.path / "visualize",
            image=None if image is None else str(image),
            theme=theme,
            autoscale=autoscale,
            file_format=file_format,
            data_dir=_path(data_dir),
        )

    def page(
        self,
        path: AnyPath | None = None,
        *,
        weights: PageWeights = "int8",
        checkpoint: str | int = "best",
        data_dir: AnyPath | None = None,
    ) -> Page:
        """Write the page in which you draw digits and watch the network, as `mnistcnn page` does. A notebook shows it.

        Args:
            path: the HTML file; by default `visualize/page.html` in the run.
            weights: how the page stores fc1's weights: float32 is exact, int8 smaller.
            checkpoint: whose network.
            data_dir: the folder of the run's data.

        Warns:
            UserWarning: damaged snapshots are left out.

        Raises:
            DataError: the run's data cannot be loaded.
            RunError: the file cannot be written.
        """
        return using.write_page(self._directory, str(checkpoint), _path(path), weights, _path(data_dir))

    def export(
        self,
        format: str | Sequence[str] = ALL,
        *,
        checkpoint: str | int = "best",
        out: AnyPath | None = None,
        verify: bool = True,
        overwrite: bool = False,
        data_dir: AnyPath | None = None,
    ) -> list[Exported]:
        """Write the network for other programs, as `mnistcnn export` does.

        Args:
            format: saved_model, keras, onnx, litert, litert-int8, numpy, c, c-int8, several of them, or all.
            checkpoint: whose network.
            out: the folder for the files; by default `export/` in the run.
            verify: run each file on all test images, and compare its answers with the network's.
            overwrite: replace files that are there.
            data_dir: the folder of the run's data.

        Returns:
            The `path`, `verdict` and `size` of each file, and `parity`: how far its answers are from the network's.

        Raises:
            UsageError: there is no such format, its packages are missing, or its file is there already.
            ExportMismatchError: a file does not answer as the network does. Its name ends with `.differs`.
            RunError: a format could not be made.
        """
        return using.export(
            self._directory,
            str(checkpoint),
            [format] if isinstance(format, str) else format,
            _path(out) or self.path / "export",
            verify=verify,
            overwrite=overwrite,
            data_dir=_path(data_dir),
        )


def open_run(name_or_path: AnyPath = "latest", log_dir: AnyPath = "runs") -> Run:
    """Open a run.

    Args:
        name_or_path: its path, its name in `log_dir`, or `latest`: the newest that has a checkpoint.
        log_dir: the folder that holds the runs.

    Raises:
        RunError: there is no such run; the message lists the newest.
    """
    return Run(open_directory(os.fspath(name_or_path), expand_home(os.fspath(log_dir))).path)


def list_runs(log_dir: AnyPath = "runs") -> list[Run]:
    """Every run in a folder, the newest first; those that are damaged come last. Empty if there is no such folder.

    Raises:
        RunError: the folder cannot be read.
    """
    return [Run(run.path) for run in find_runs(expand_home(os.fspath(log_dir)))]


def _path(path: AnyPath | None) -> Path | None:
    return None if path is None else expand_home(os.fspath(path))
