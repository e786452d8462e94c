"""Draws docs/images/page-light.png and page-dark.png, the README's pictures of the page, in headless Chromium.

`mnistcnn page --no-open --out page.html`, then `python docs/images/draw_page.py page.html`.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from scipy.interpolate import PchipInterpolator

SIZE = {"width": 1440, "height": 900}
THREE = [
    (0.30, 0.24), (0.38, 0.16), (0.52, 0.13), (0.64, 0.19), (0.67, 0.30), (0.60, 0.41), (0.46, 0.47), (0.60, 0.51),
    (0.70, 0.62), (0.69, 0.76), (0.57, 0.87), (0.40, 0.87), (0.28, 0.78),
]  # fmt: skip
FIVE = [
    (0.70, 0.14), (0.38, 0.15), (0.34, 0.46), (0.48, 0.40), (0.63, 0.45), (0.71, 0.60), (0.67, 0.76), (0.53, 0.86),
    (0.38, 0.85), (0.27, 0.77),
]  # fmt: skip


def open_page(browser: Browser, path: Path, theme: str) -> Page:
    """The page in a theme, when it has been painted."""
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(300_000)  # Milliseconds; a busy machine takes long without a GPU.
    page.goto(f"{path.resolve().as_uri()}#theme={theme}")
    page.wait_for_selector("html[data-ready=true]")
    return page


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw a smooth line on the pad, with the mouse."""
    box = page.locator("#pad").bounding_box()
    line = PchipInterpolator(np.arange(len(points)), np.array(points))
    for number, (x, y) in enumerate(line(np.linspace(0, len(points) - 1, 80))):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def save(page: Page, name: str) -> None:
    """Keep what is seen, with as few colours as do: a third of the size."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(256, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE)
    small.save(Path(__file__).with_name(name), optimize=True)


def main() -> None:
    """Draw both pictures."""
    path = Path(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        light = open_page(browser, path, "light")
        draw(light, THREE)
        canvas = light.locator("canvas[data-layer=conv2]")
        canvas.click(position={"x": 4 * 31 + 15, "y": 2 * 31 + 13})  # In unit 20.
        save(light, "page-light.png")
        dark = open_page(browser, path, "dark")
        draw(dark, FIVE)
        dark.locator("#answer [data-unit='5']").click()
        save(dark, "page-dark.png")
        browser.close()


if __name__ == "__main__":
    main()
