"""What is painted on the page's canvases."""

import base64
import io

import numpy as np
from PIL import Image


def pixels_of(page, selector):
    """The colours of a canvas, [height, width, 3] uint8.

    As a PNG file, because a list of a canvas's numbers takes Playwright seconds.
    """
    url = page.eval_on_selector(selector, "(canvas) => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))
