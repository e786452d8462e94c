"""A study as one page of HTML: its plots, and a table of all trials that sorts by a click."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from string import Template

from ..events import TrialResult
from .results import result_of
from .slots import Slot

_TITLES = {
    "history": "All trials in order",
    "importances": "Which settings matter",
    "slices": "Which values are good",
}
_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$study</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c1e21 }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #e4e6e9; white-space: nowrap }
th button { all: unset; cursor: pointer; font-weight: 600 }
th button:focus-visible { outline: 2px solid #2166ac }
.scroll { overflow-x: auto }
tr.best td { font-weight: 600 }
</style>
<h1>$study</h1>
<p>$summary</p>
$pictures
<h2>Every trial</h2>
<div class="scroll"><table>
<thead><tr>$header</tr></thead>
<tbody>
$rows
</tbody>
</table></div>
<script>
const key = ({dataset: {value}}) => value === "" ? -Infinity : isNaN(value) ? value : +value;
document.querySelectorAll("th button").forEach((button, column) => button.onclick = () => {
  const body = document.querySelector("tbody"), down = button.dataset.down !== "yes";
  button.dataset.down = down ? "yes" : "no";
  [...body.rows].sort((a, b) => {
    const x = key(a.cells[column]), y = key(b.cells[column]);
    return (x < y ? 1 : x > y ? -1 : 0) * (down ? 1 : -1);
  }).forEach(row => body.append(row));
});
</script>
</html>
""")


def report_page(study: str, pictures: Mapping[str, str], slots: Sequence[Slot], best: Sequence[TrialResult]) -> str:
    """The page.

    Args:
        study: its name.
        pictures: SVG documents by their names, such as `history`.
        slots: all trials.
        best: the finished ones, the best first.
    """
    results = [result_of(slot.last) for slot in slots]
    keys = list(dict.fromkeys(key for result in results for key in result.params))
    header = ["trial", "state", "validation accuracy", "test accuracy", "at step", *keys, "run"]
    shown = [
        f"<h2>{escape(_TITLES.get(name, name))}</h2>\n{_inline(name, svg)}"
        for name, svg in sorted(pictures.items(), key=lambda item: list(_TITLES).index(item[0]))
    ]
    return _PAGE.substitute(
        study=escape(study),
        summary=_summary(results, best),
        pictures="\n".join(shown),
        header="".join(f'<th scope="col"><button>{escape(name)}</button></th>' for name in header),
        rows="\n".join(_row(result, keys, is_best=result == best[0]) for result in results),
    )


def _summary(results: Sequence[TrialResult], best: Sequence[TrialResult]) -> str:
    settings = ", ".join(f"{key} = {_text(value)}" for key, value in best[0].params.items())
    accuracy = _text(best[0].validation_accuracy, percent=True)
    return escape(
        f"{len(results)} trials, {len(best)} of them finished. The best on the validation images is trial "
        f"{best[0].trial}: {accuracy}, with {settings}. Test accuracies were not used for selection."
    )


def _row(result: TrialResult, keys: Sequence[str], *, is_best: bool) -> str:
    cells: list[tuple[object, bool]]
    accuracies = ((result.validation_accuracy, True), (result.test_accuracy, True))
    cells = [(result.trial, False), (result.state, False), *accuracies, (result.best_step, False)]
    cells += [(result.params.get(key), False) for key in keys]
    cells.append((str(result.run or ""), False))
    tags = "".join(
        f'<td data-value="{escape("" if value is None else str(value))}">{escape(_text(value, percent=percent))}</td>'
        for value, percent in cells
    )
    return f"<tr{' class=best' if is_best else ''}>{tags}</tr>"


def _text(value: object, *, percent: bool = False) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{100 * value:.2f} %" if percent else f"{value:.4g}"
    return str(value)


def _inline(name: str, svg: str) -> str:
    """An SVG document as a part of a page: without its prologue, its identifiers not those of another picture."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r'(\bid="|url\(#|xlink:href="#)', rf"\g<1>{name}-", element)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(_TITLES.get(name, name))}"', 1)
