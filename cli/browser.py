"""Opens files that commands wrote in the user's browser, where there is one."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def open_in_browser(path: Path) -> bool:
    """Open a file where there is a screen; a browser in the terminal could not show it.

    Returns:
        Whether a browser has it.
    """
    import webbrowser

    screen = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    try:
        return screen and webbrowser.open(path.resolve().as_uri())
    except (webbrowser.Error, ValueError):  # A quotation in $BROWSER that is not closed.
        return False
