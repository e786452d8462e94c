"""Draws docs/images/intro.gif, the README's first picture: a run in a terminal, then a digit drawn on its page.

`mnistcnn train --config configs/fast.yaml`, `mnistcnn page --no-open --out page.html`, then
`python docs/images/draw_intro.py runs/NAME page.html 26 16`. Losses and accuracies are the run's own. The times are
the two numbers, so that a run on a busy machine can be shown as fast as docs/performance.md says: seconds of the whole
run, and of its training steps.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from draw_page import SIZE, THREE, open_page
from mnistcnn_cli.rendering.dashboard import Dashboard
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from scipy.interpolate import PchipInterpolator

from mnistcnn.events import Event
from mnistcnn.events.displayed_run import DisplayedRun
from mnistcnn.events.run import Evaluated, RunStarted, StepsDone

OUT = Path(__file__).with_name("intro.gif")
COMMAND = "mnistcnn train --config configs/fast.yaml"
PICTURE = (864, 540)
COLOURS = 128
RUN_FRAMES, STROKE_FRAMES = 10, 10
PARAMETERS = 3_274_634  # Of the default network.


@dataclass(frozen=True)
class Frame:
    """What is shown for a while."""

    image: Image.Image
    milliseconds: int


def read_events(run: Path, seconds: float, training: float) -> Iterator[tuple[int, Event]]:
    """A run's start, reports and evaluations, each with its step, from the files of the run."""
    config = yaml.safe_load((run / "config.yaml").read_text())
    rows = list(csv.DictReader((run / "metrics.csv").open(encoding="utf-8")))
    sizes = {row["split"]: int(row["examples"]) for row in rows}
    steps, batch, every = config["steps"], config["batch_size"], config["report_every"]
    yield (
        0,
        RunStarted(
            Path("runs") / "20261127-100000-8e050c",  # Where it was stored is of no interest to the reader.
            rows[0]["data"], 0, steps, batch, config["seed"], PARAMETERS,
            60_000 - sizes["validation"], sizes["validation"], sizes["test"], eval_every=config["eval_every"],
        ),
    )  # fmt: skip
    took, best = training * every / steps, sizes["validation"] + 1
    evaluation = (seconds - training) / sum(row["split"] != "train" for row in rows)
    for row in rows:
        step, loss, accuracy = int(row["step"]), float(row["loss"]), float(row["accuracy"])
        if row["split"] == "train":
            rate = batch * steps / training
            yield step, StepsDone(step, row["data"], batch, loss, accuracy, float(row["learning_rate"]), took, rate)
            continue
        size = sizes[row["split"]]
        errors = round((1 - accuracy) * size)
        is_best = row["split"] == "validation" and errors < best
        best = errors if is_best else best
        yield step, Evaluated(step, row["split"], row["data"], size, errors, loss, accuracy, is_best, evaluation)


def terminal_picture(run: DisplayedRun, elapsed: float) -> str:
    """The display as an SVG without the fonts that Rich would fetch from elsewhere."""
    console = Console(record=True, width=96, height=30, file=io.StringIO(), force_terminal=True)
    console.print(Dashboard(run, lambda: elapsed))
    return re.sub(r"@font-face \{.*?\}", "", console.export_svg(title=COMMAND), flags=re.DOTALL)


def photograph(page: Page) -> Image.Image:
    """What is seen, at the size of the picture."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(PICTURE, Image.Resampling.LANCZOS)


def run_frames(browser: Browser, folder: Path, seconds: float, training: float) -> Iterator[Frame]:
    """The display at equally spaced steps, and a little longer at the end."""
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(300_000)  # Milliseconds.
    events, run = list(read_events(folder, seconds, training)), DisplayedRun()
    last = max(step for step, _ in events)
    for number in range(1, RUN_FRAMES + 1):
        until = last * number // RUN_FRAMES
        while events and events[0][0] <= until:
            run.update(events.pop(0)[1])
        svg = terminal_picture(run, seconds * until / last)
        page.set_content(
            "<style>body{margin:0;height:100vh;display:grid;place-items:center;background:#15181d}"
            f"svg{{width:96vw}}</style>{svg}"
        )
        yield Frame(photograph(page), 1800 if number == RUN_FRAMES else 350)


def drawing_frames(browser: Browser, html: Path) -> Iterator[Frame]:
    """The page while a 3 is drawn, and for long enough to look at it."""
    page = open_page(browser, html, "dark")
    box = page.locator("#pad").bounding_box()
    line = PchipInterpolator(np.arange(len(THREE)), np.array(THREE))(np.linspace(0, len(THREE) - 1, 80))
    yield Frame(photograph(page), 900)
    for number, (x, y) in enumerate(line):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if number == 0:
            page.mouse.down()
        elif number % (len(line) // STROKE_FRAMES) == 0:
            page.wait_for_timeout(150)
            yield Frame(photograph(page), 160)
    page.mouse.up()
    page.wait_for_timeout(800)
    yield Frame(photograph(page), 4000)


def main() -> None:
    """Write the animation."""
    run, html = Path(sys.argv[1]), Path(sys.argv[2])
    seconds, training = float(sys.argv[3]), float(sys.argv[4])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        frames = [*run_frames(browser, run, seconds, training), *drawing_frames(browser, html)]
        browser.close()
    palette = frames[-1].image.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=3)
    images = [frame.image.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [frame.milliseconds for frame in frames]
    images[0].save(OUT, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True, disposal=1)


if __name__ == "__main__":
    main()
