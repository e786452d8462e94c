"""The words of the controls that sort units, switch them off, and drop them."""

WORDS = {
    "units-title": "Experiments with units",
    "explore-help": "Point at any square to show its arithmetic; click to pin it. By keyboard, arrow keys move from "
    "value to value, with Shift from unit to unit; Home and End move to the first and the last unit, Enter to the "
    "arithmetic. Escape unpins, and x switches the unit off or on.",
    "sort-title": "Order of units",
    "sort-number": "by number",
    "sort-activity": "by activity, the busiest first",
    "off-title": "Switch units off",
    "off-layer": "Layer",
    "off-busiest": "The {count} busiest",
    "off-all": "The whole layer",
    "on-all": "All on again",
    "off-none": "All units are on. How many can the network do without?",
    "off-one": "Without one unit the answer is {now} ({probability}); with all units, {whole} ({wholeProbability}).",
    "off-some": "Without {count} units the answer is {now} ({probability}); with all units, {whole} "
    "({wholeProbability}).",
    "off-blank": "{count} switched off. Draw a digit to compare the answers.",
    "dropout-title": "Dropout in fc1",
    "dropout": "Show a training step",
    "dropout-again": "Another step",
    "dropout-explained": "In training only: each step leaves out {share} of these units at random, so none can rely on "
    "another. All of them take part in an answer.",
    "dropout-shown": "{count} of {all} units are left out, as in one step of training. The others alone answer {digit} "
    "({probability}). The answer above is from all units.",
    "dropout-blank": "{count} of {all} units are left out, as in one step of training.",
}
