"""The interactive page: how long it takes to make, how large it is, how soon a stroke is painted: `make bench-page`.

    python benchmarks/page.py [RUN] [--width PIXELS] [--rounds N]

Making is timed from the start of the command `mnistcnn page` to its end, Python's and TensorFlow's start included. Then
the page is opened in headless Chromium without a GPU, and a mouse draws a digit on its pad. The page itself measures
each time from a stroke's event until the picture with every layer has been painted; an event that comes while the page
is busy waits, and its waiting is measured with it.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

PARTS = """() => {
    const { network, forward, state } = mnistcnn;
    const time = (part) => {
        const start = performance.now();
        for (let i = 0; i < 20; i++) part();
        return (performance.now() - start) / 20;
    };
    return { forward: time(() => forward(network, state.image)), painting: time(() => state.emit("answer")) };
}"""


def make(run: str, path: Path) -> float:
    """Make the page by the command, and return the seconds."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "mnistcnn_cli", "page", run, "--no-open", "--quiet", "--out", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def draw(page: Page, rounds: int) -> list[float]:
    """Draw a 3 of 60 moves, as often as `rounds` says, and return the milliseconds from stroke to paint."""
    box = page.locator("#pad").bounding_box() or {}
    x, y, side = box["x"], box["y"], box["width"]
    for _ in range(rounds):
        page.locator("#clear").click()
        page.mouse.move(x + 0.3 * side, y + 0.2 * side)
        page.mouse.down()
        for i in range(60):
            angle = -2.4 + 4.2 * (i % 30) / 30
            middle = 0.35 if i < 30 else 0.65
            page.mouse.move(x + (0.45 + 0.15 * math.cos(angle)) * side, y + (middle + 0.15 * math.sin(angle)) * side)
            page.wait_for_timeout(16)  # A mouse reports about once a frame.
        page.mouse.up()
    page.wait_for_timeout(300)
    return page.evaluate("performance.getEntriesByName('stroke-to-paint').map((entry) => entry.duration)")


def main() -> None:
    """Make, open, draw, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", default="latest")
    parser.add_argument("--width", type=int, default=1440, help="of the window")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        print(f"made in {make(arguments.run, path):.1f} s, {path.stat().st_size / 1e6:.2f} MB")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": arguments.width, "height": 900})
            start = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready=true]")
            print(f"opened and painted in {time.perf_counter() - start:.1f} s")
            times = draw(page, arguments.rounds)
            worst = quantiles(times, n=20)[-1]
            print(f"stroke to paint: median {median(times):.0f} ms, 95 % within {worst:.0f} ms, of {len(times)}")
            for part, milliseconds in page.evaluate(PARTS).items():
                print(f"  {part}: {milliseconds:.1f} ms")
            browser.close()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
