"""Draws the pictures of the page that README and docs show, in headless Chromium.

`mnistcnn page --no-open --out page.html`, for a run with snapshots, then `python docs/images/draw_page.py page.html`.
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
PHONE = {"width": 360, "height": 740}
LONG = 300_000  # Milliseconds; a busy machine takes long without a GPU.
THREE = [
    (0.30, 0.24), (0.38, 0.16), (0.52, 0.13), (0.64, 0.19), (0.67, 0.30), (0.60, 0.41), (0.46, 0.47), (0.60, 0.51),
    (0.70, 0.62), (0.69, 0.76), (0.57, 0.87), (0.40, 0.87), (0.28, 0.78),
]  # fmt: skip
FIVE = [
    (0.70, 0.14), (0.38, 0.15), (0.34, 0.46), (0.48, 0.40), (0.63, 0.45), (0.71, 0.60), (0.67, 0.76), (0.53, 0.86),
    (0.38, 0.85), (0.27, 0.77),
]  # fmt: skip


def open_page(browser: Browser, path: Path, theme: str, size: dict[str, int] | None = None) -> Page:
    """The page in a theme, when it has been painted."""
    page = browser.new_page(viewport=size or SIZE)
    page.set_default_timeout(LONG)
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


def photograph(page: Page, section: str | None = None) -> Image.Image:
    """What is seen, or one section as a whole."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    content = page.locator(section).screenshot() if section else page.screenshot()
    return Image.open(io.BytesIO(content)).convert("RGB")


def save(picture: Image.Image, name: str) -> None:
    """Keep a picture with as few colours as do: a third of the size."""
    small = picture.quantize(256, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE)
    small.save(Path(__file__).with_name(name), optimize=True)


def draw_whole_page(browser: Browser, path: Path) -> None:
    """The page as it opens in both themes, and on a phone."""
    light = open_page(browser, path, "light")
    draw(light, THREE)
    canvas = light.locator("canvas[data-layer=conv2]")
    canvas.click(position={"x": 4 * 31 + 15, "y": 2 * 31 + 13})  # In unit 20.
    save(photograph(light), "page-light.png")
    dark = open_page(browser, path, "dark")
    draw(dark, FIVE)
    dark.locator("#answer [data-unit='5']").click()
    save(photograph(dark), "page-dark.png")
    phone = open_page(browser, path, "dark", PHONE)
    draw(phone, THREE)
    save(photograph(phone), "page-phone.png")


def draw_time_machine(page: Page) -> None:
    """The time machine at step 0 and at step 100, one above the other."""
    moments = []
    whole = "() => document.querySelectorAll('#machine-curve circle').length == mnistcnn.state.timeMachine.steps.length"
    page.wait_for_function(whole)
    page.locator("#machine-slider").press("Home")
    for _ in range(9):
        if page.locator("#machine-text").inner_text().startswith(("Step 0:", "Step 100:")):
            moments.append(photograph(page, "#time-machine"))
        page.locator("#machine-slider").press("ArrowRight")
    save(stacked(moments), "page-learning.png")
    page.locator("#machine-slider").press("End")


def stacked(pictures: list[Image.Image]) -> Image.Image:
    """Pictures of one width, one above the other."""
    whole = Image.new("RGB", (pictures[0].width, sum(picture.height for picture in pictures)))
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    return whole


def draw_plays(page: Page) -> None:
    """Three of the plays with the digit on the pad."""
    page.locator("#morph-share").evaluate(
        "slider => { slider.value = slider.max / 2; slider.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.locator("#morph").scroll_into_view_if_needed()  # It computes when it is seen.
    page.wait_for_function("() => document.getElementById('morph-text').innerText")
    save(photograph(page, "#morph"), "page-morph.png")
    page.locator("#fool-target").select_option("8")
    page.locator("#fool-start").click()
    page.locator("#fool-found").wait_for()
    save(photograph(page, "#fool"), "page-fool.png")
    save(photograph(page, "#teachers"), "page-teachers.png")


def main() -> None:
    """Draw all of them."""
    path = Path(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        draw_whole_page(browser, path)
        page = open_page(browser, path, "light")
        draw(page, THREE)
        draw_time_machine(page)
        draw_plays(page)
        browser.close()


if __name__ == "__main__":
    main()
