"""A run as programs see it: what is in its directory, and what can be done with its network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config.from_python import load_config
from ..config.schema import Config
from ..runs import manifest as manifests
from ..runs.directory import Run as RunDirectory
from ..runs.listing import ListedState, RunSummary, summarize
from ..runs.manifest import Results
from .metrics import metrics_array

if TYPE_CHECKING:
    from .network import Network

AnyPath = str | os.PathLike[str]


class Run:
    """A run in its directory. Everything is read from there when it is asked for, also while the run is trained.

    `mnistcnn.train`, `mnistcnn.open_run` and `mnistcnn.list_runs` make these.

    Args:
        path: the run's directory.
    """

    def __init__(self, path: AnyPath) -> None:
        self._directory = RunDirectory(Path(path))
        self._network: tuple[Path, Network] | None = None

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
            RunError: the manifest is damaged.
        """
        return manifests.check(self._directory.manifest_path, self._directory.manifest()).final

    @property
    def summary(self) -> RunSummary:
        """What `mnistcnn runs` lists of it, in whatever state it is."""
        return summarize(self._directory)

    def metrics(self, *, as_frame: bool = False) -> Any:
        """A row for each report and each evaluation.

        Args:
            as_frame: give a DataFrame; pandas has to be installed, which this package does not ask for.

        Returns:
            A structured array [rows] with the columns step, split (train, validation or test), data, examples, loss
            (nats), accuracy (a fraction) and learning_rate; `docs/runs.md` says of what they are.

        Raises:
            RunError: metrics.csv is damaged.
            ImportError: there is no pandas.
        """
        rows = metrics_array(self._directory.metrics_path)
        if not as_frame:
            return rows
        import pandas as pd

        return pd.DataFrame.from_records(rows)
