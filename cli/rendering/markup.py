"""Tables for documents: Markdown, as GitHub and Pandoc read it, and LaTeX with booktabs."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from .text import printable

Row = Sequence[str]

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "–": "--",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}


def markdown_table(header: Row, rows: Sequence[Row], numbers: Container[int] = ()) -> str:
    """Write a table with pipes.

    Args:
        header: the names of the columns, as plain text.
        rows: cells, as plain text.
        numbers: columns that are aligned at the right.
    """
    rule = ["---:" if column in numbers else "---" for column in range(len(header))]
    lines = [[markdown(cell) for cell in row] for row in (header, *rows)]
    lines.insert(1, rule)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def latex_table(header: Row, rows: Sequence[Row], numbers: Container[int] = ()) -> str:
    """Write a `tabular` that needs the package booktabs, and no other; the arguments are those of `markdown_table`."""
    columns = "".join("r" if column in numbers else "l" for column in range(len(header)))
    head, *body = [" & ".join(map(latex, row)) + r" \\" for row in (header, *rows)]
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def markdown(text: str) -> str:
    """Escape what Markdown, its tables, GitHub's mathematics or HTML would take for markup."""
    return re.sub(r"([\\`*_\[\]<>|&~$])", r"\\\1", printable(text))


def latex(text: str) -> str:
    """Escape what LaTeX would take for a command."""
    return "".join(_LATEX.get(char, char) for char in printable(text))
