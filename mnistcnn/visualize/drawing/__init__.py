"""What all pictures share: the sheet they are drawn on, colours and scales, text, captions."""

from .backend import import_matplotlib

import_matplotlib()  # Before a module of this package, or of `sheets`, imports it.
