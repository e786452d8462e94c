"""What the methods of a run do with its network: each loads what it needs and calls what the command calls."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..config.data_sources import DataSource
from ..config.schema import DataConfig
from ..data.dataset import Dataset
from ..data.sources import load_dataset
from ..events import Split
from ..export.directory import ExportDirectory
from ..export.formats import choose_formats
from ..network.quiet_tensorflow import quiet_stderr
from ..runs.data import check_own_data, config_for_split, run_data_config
from ..runs.directory import Run
from ..visualize.names import ALL, KINDS, LAYERS, PAGE, PageWeights, check_name
from .pictures import Page, Pictures
from .starting import start_tensorflow
from .unchanged import unchanged_process

if TYPE_CHECKING:
    from ..evaluation.assessment import Assessment
    from ..export.exporting import Exported
    from ..runs.trained import TrainedNetwork
    from ..visualize.picture_source import PictureSource
    from .network import Network


def load_network(run: Run, checkpoint: str) -> Network:
    """Load a checkpoint's network; see `mnistcnn.interface.run.Run.network`."""
    with unchanged_process():
        start_tensorflow()
        from .network import Network

        return Network(_load_trained(run, checkpoint))


def assess(
    run: Run, checkpoint: str, split: Split, source: DataSource | None, data_dir: Path | None, mistakes: int
) -> Assessment:
    """Evaluate a checkpoint on one split; see `mnistcnn.interface.run.Run.evaluate`."""
    run.checkpoints().find(checkpoint)
    config = config_for_split(run_data_config(run, source, data_dir), split)
    with unchanged_process():
        dataset = _load_data(config)
        start_tensorflow()
        from ..evaluation.assessment import assess_trained

        return assess_trained(_load_trained(run, checkpoint), dataset, split, mistakes)


def draw(
    run: Run,
    checkpoint: str,
    layer: str,
    kinds: Sequence[str],
    out: Path,
    *,
    image: str | None,
    theme: Literal["light", "dark"],
    autoscale: bool,
    file_format: Literal["png", "svg", "pdf"],
    data_dir: Path | None,
) -> Pictures:
    """Draw pictures; see `mnistcnn.interface.run.Run.visualize`."""
    check_name("layer", layer, [*LAYERS, ALL])
    for kind in kinds:
        check_name("show", kind, KINDS)
    with unchanged_process():
        source = _open_source(run, checkpoint, data_dir, image=image, theme=theme, autoscale=autoscale)
        from ..visualize.pictures import draw_pictures, select

        drawn = [picture for picture in draw_pictures(source, select(layer, kinds), out, file_format) if picture]
    _warn_of_damage(source)
    return Pictures(drawn, out)


def write_page(run: Run, checkpoint: str, path: Path | None, weights: PageWeights, data_dir: Path | None) -> Page:
    """Write the page; see `mnistcnn.interface.run.Run.page`."""
    with unchanged_process():
        source = _open_source(run, checkpoint, data_dir)
        from ..visualize.page import build

        page = build.write_page(source, path or run.path / "visualize" / PAGE, weights)
    _warn_of_damage(source)
    return Page(page.path, page.size)


def export(
    run: Run,
    checkpoint: str,
    formats: Sequence[str],
    out: Path,
    *,
    verify: bool,
    overwrite: bool,
    data_dir: Path | None,
) -> list[Exported]:
    """Export to files; see `mnistcnn.interface.run.Run.export`.

    Warns:
        UserWarning: for each format that `all` leaves out.
    """
    run.checkpoints().find(checkpoint)
    chosen, left_out = choose_formats(formats, verify=verify)
    for sentence in left_out:
        warnings.warn(f"left out: {sentence}", stacklevel=3)
    directory = ExportDirectory(out)
    directory.check_replaceable(chosen, overwrite=overwrite)
    needs_data = verify or any(not one.exact for one in chosen)
    with unchanged_process():
        dataset = _load_own_data(run, data_dir) if needs_data else None
        start_tensorflow()
        from ..export import exporting
        from ..runs.doubt import find_doubt

        trained = _load_trained(run, checkpoint)
        with quiet_stderr():  # The converters write there from beginning to end.
            doubt = find_doubt(trained, dataset).doubt
            done = list(
                exporting.export(trained, chosen, directory, dataset, doubt=doubt, verify=verify, overwrite=overwrite)
            )
    exported = [one for one in done if isinstance(one, exporting.Exported)]
    exporting.raise_for_problems(exported, [one for one in done if isinstance(one, exporting.ExportFailed)])
    return exported


def _load_trained(run: Run, checkpoint: str) -> TrainedNetwork:
    from ..runs.trained import load_trained

    return load_trained(run, checkpoint, own_threads=False)


def _open_source(
    run: Run,
    checkpoint: str,
    data_dir: Path | None,
    *,
    image: str | None = None,
    theme: str = "light",
    autoscale: bool = False,
) -> PictureSource:
    run.checkpoints().find(checkpoint)
    dataset = _load_own_data(run, data_dir)
    start_tensorflow()
    from ..visualize.picture_source import picture_source

    trained = _load_trained(run, checkpoint)
    return picture_source(trained, dataset, image=image, theme=theme, autoscale=autoscale)


def _warn_of_damage(source: PictureSource) -> None:
    for lines in source.warnings:
        warnings.warn("\n".join(lines), stacklevel=4)  # Where a method of `mnistcnn.Run` was called.


def _load_own_data(run: Run, data_dir: Path | None) -> Dataset:
    dataset = _load_data(run_data_config(run, None, data_dir))
    check_own_data(run, dataset)
    return dataset


def _load_data(config: DataConfig) -> Dataset:
    dataset = load_dataset(config)
    if dataset.warning is not None:
        warnings.warn(dataset.warning, stacklevel=4)
    return dataset
