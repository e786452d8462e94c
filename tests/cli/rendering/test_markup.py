from mnistcnn_cli.rendering.markup import latex_table, markdown_table

HEADER, ROWS = ("run", "accuracy"), [("a|b_c*`<x>", "98.09 %"), ("$x$\n\x1b[1m", "–")]


def test_markdown_escapes_what_would_be_markup():
    assert markdown_table(HEADER, ROWS, {1}).splitlines() == [
        "| run | accuracy |",
        "| --- | ---: |",
        r"| a\|b\_c\*\`\<x\> | 98.09 % |",
        r"| \$x\$\\n\\x1b\[1m | – |",
    ]


def test_latex_escapes_what_would_be_a_command():
    assert latex_table(("run", "#"), [(r"a_b\{c}", "98.09 %"), ("$~^&", "<–>")], {1}).splitlines() == [
        r"% \usepackage{booktabs}",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"run & \# \\",
        r"\midrule",
        r"a\_b\textbackslash{}\{c\} & 98.09 \% \\",
        r"\$\textasciitilde{}\textasciicircum{}\& & \textless{}--\textgreater{} \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
