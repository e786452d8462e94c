"""Makes docs/gallery.md and docs/gallery/ from a run: `python docs/make_gallery.py RUN`, or `make gallery RUN=…`.

The pictures are those of `mnistcnn visualize`, with fewer colours, so that the repository stays small.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

DOCS = Path(__file__).parent
LEFT_OUT = ("conv2-patches", "cards-2", "cards-3", "cards-4")
"""The cards show the patches, and one sheet of cards is like another."""
COLOURS = 256
MOST_BYTES = 2_000_000

OPENING = """# Gallery

What `mnistcnn visualize` draws of a network that was trained with the default configuration on {data}: the run
`{run}`, step {step:,}. Made by `make gallery RUN=…`; each picture’s numbers are in the `arrays.npz` that the command
writes beside it. How to read the colours: [visualize.md](visualize.md). The words: [glossary.md](glossary.md).
"""


def main(run: str) -> None:
    """Draw, reduce, and write the page."""
    gallery = DOCS / "gallery"
    gallery.mkdir(exist_ok=True)
    for old in gallery.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mnistcnn_cli", "visualize", run, "--out", folder, "--no-open"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
        pictures = [picture for picture in manifest["pictures"] if not picture["file"][3:-4].endswith(LEFT_OUT)]
        for picture in pictures:
            _reduce(Path(folder) / picture["file"], gallery / picture["file"])
    (DOCS / "gallery.md").write_text(_page(manifest, pictures), encoding="utf-8")
    size = sum(path.stat().st_size for path in gallery.iterdir())
    if size > MOST_BYTES:
        sys.exit(f"{gallery}: {size:,} bytes, more than {MOST_BYTES:,}: leave pictures out or lower COLOURS")


def _reduce(source: Path, target: Path) -> None:
    """Copy an animation; of a picture, keep the most frequent colours, and its metadata."""
    if source.suffix == ".gif":
        target.write_bytes(source.read_bytes())
        return
    from PIL.PngImagePlugin import PngInfo

    with Image.open(source) as image:
        info = PngInfo()
        for key, value in image.info.items():
            if isinstance(value, str):
                info.add_itxt(key, value)
        reduced = image.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
        reduced.save(target, "PNG", optimize=True, pnginfo=info)


def _page(manifest: dict[str, Any], pictures: list[dict[str, Any]]) -> str:
    opening = OPENING.format(data=manifest["data"], run=Path(manifest["run"]).name, step=manifest["checkpoint"]["step"])
    parts = [opening]
    for chapter, group in groupby(pictures, key=lambda picture: picture["chapter"]):
        parts.append(f"## {chapter}\n")
        parts += [
            f"### {picture['title']}\n\n{picture['caption']}\n\n![{picture['alt']}](gallery/{picture['file']})\n"
            for picture in group
        ]
    return "\n".join(parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
