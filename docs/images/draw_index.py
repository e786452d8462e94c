"""Draws docs/images/visualize-index.png, the first pictures of what `mnistcnn visualize` opens, in headless Chromium.

`mnistcnn visualize --no-open`, then `python docs/images/draw_index.py runs/NAME/visualize/index.html`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from draw_page import LONG, photograph, save
from playwright.sync_api import sync_playwright


def main() -> None:
    """Draw it."""
    path = Path(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 1000})
        page.set_default_timeout(LONG)
        page.goto(path.resolve().as_uri())
        save(photograph(page), "visualize-index.png")
        browser.close()


if __name__ == "__main__":
    main()
