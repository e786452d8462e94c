"""Chromium, pages of a network that learned MNIST for a moment, and the page's scripts without a page."""

import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import sync_playwright

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Examples
from mnistcnn.data.sources import load_dataset
from mnistcnn.runs.directory import Run
from mnistcnn.runs.trained import load_trained
from mnistcnn.training.loop import train
from mnistcnn.visualize.analysis.digit import find_digit
from mnistcnn.visualize.drawing.style import LIGHT
from mnistcnn.visualize.page.build import assemble, write_page
from mnistcnn.visualize.picture_source import PictureSource

IMAGES = int(os.environ.get("MNISTCNN_PAGE_IMAGES", "500"))
"""Of MNIST's test images. `make soak` takes all 10,000."""
SMALL = ["network={conv1: 8, conv2: 12, fc1: 128, initializer: he}", "learning_rate=0.003"]
LEARNING = SMALL if IMAGES <= 500 else ["learning_rate=0.001"]
"""A tenth of the tutorial's network learns in a moment, and makes a page in one. `make soak` takes the tutorial's."""
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip

BEGIN_AGAIN = """() => {
    const { state } = mnistcnn;
    document.activeElement.blur();
    state.openChannel = undefined;
    state.selection = null;
    for (const { dataset } of document.querySelectorAll("canvas[data-layer]")) {
        for (const name of ["unit", "y", "x"]) delete dataset[name];
    }
    document.getElementById("on-all").click();
    document.querySelector("input[value=number]").click();
    document.getElementById("gradient-output").value = "";
    state.unpin();
    state.select(beginning.selection, false);
    state.load(beginning.source);
}"""


@pytest.fixture(scope="session")
def chromium():
    """The browser; without one the test is skipped, or fails where the real MNIST is required as well."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        reason = "needs Chromium (Debian: apt-get install chromium)"
        if os.environ.get("MNISTCNN_REQUIRE_MNIST") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context_with(chromium):
    """Gives a context of the browser: one for all tests with the same options, as only its first page opens slowly.

    An empty page keeps its window open: for each new window, Chromium loads pages of its own, which takes longer than
    the page that is tested.
    """
    contexts = {}

    def context(**options):
        key = repr(sorted(options.items()))
        if key not in contexts:
            contexts[key] = chromium.new_context(offline=True, **options)
            contexts[key].new_page()
        return contexts[key]

    yield context
    for each in contexts.values():
        each.close()


@contextmanager
def visiting(context_with):
    """Opens a page from the disk, cut off from every network; in the end it must have asked for and said nothing."""
    pages, asked, said = [], [], []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    def open_page(path, hash="", viewport=None, **options):
        page = context_with(**options).new_page()
        pages.append(page)
        page.set_viewport_size(viewport or {"width": 1280, "height": 900})
        page.route(re.compile("^(?!file:|data:|blob:)"), refuse)
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{path.resolve().as_uri()}{hash}")
        page.wait_for_selector("html[data-ready=true]")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert asked == []
    assert said == []


@pytest.fixture
def visit(context_with):
    """Opens pages for one test."""
    with visiting(context_with) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def module_visit(context_with):
    """Opens pages that the tests of a module share."""
    with visiting(context_with) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def opened_small_page(module_visit, small_page):
    page = module_visit(small_page)
    page.evaluate("const { source, selection } = mnistcnn.state; globalThis.beginning = { source, selection };")
    return page


@pytest.fixture
def shared_page(opened_small_page):
    """The small network's page, opened once for a module and brought back to its beginning for each test.

    For tests of the digit, the inspected value and the units; what else a test changes would stay.
    """
    opened_small_page.evaluate(BEGIN_AGAIN)
    opened_small_page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    return opened_small_page


@pytest.fixture(scope="session")
def scripts(chromium):
    """The page's scripts without a page: `modules["strokes.js"]` and what it imports, in an empty document."""
    page = chromium.new_page()
    plays = ("fooling.js", "morphing.js", "nearest.js", "lastlayer.js")
    for main in ("network.js", "strokes.js", "elements.js", "pictures/reading.js", *plays):
        kept = "globalThis.modules = { ...globalThis.modules, ...modules };"
        page.add_script_tag(content=f"(() => {{ {assemble(main)}\n{kept} }})()")
    yield page
    page.close()


@pytest.fixture(scope="session")
def mnist_subject(real_mnist_dir, tmp_path_factory):
    """A network after 100 quick steps on MNIST, which is enough for 90 %."""
    settings = [
        f"log_dir={tmp_path_factory.mktemp('runs')}", "name=brief", "data.source=mnist", f"data.dir={real_mnist_dir}",
        "data.validation_size=100", "steps=100", "eval_every=100", *LEARNING, "summaries.enabled=false",
    ]  # fmt: skip
    config = load_config(None, settings)
    dataset = load_dataset(config.data)
    test = Examples(dataset.test.images[:IMAGES], dataset.test.labels[:IMAGES])
    dataset = replace(dataset, test=test)
    path = list(train(config, dataset))[-1].run
    return PictureSource(load_trained(Run(path), "last"), dataset, find_digit("0", dataset), LIGHT, autoscale=False)


@pytest.fixture(scope="session")
def mnist_page(mnist_subject, tmp_path_factory):
    """Its page, by how the weights are stored."""
    folder = tmp_path_factory.mktemp("pages")
    return {
        weights: write_page(mnist_subject, folder / f"{weights}.html", weights).path for weights in ("int8", "float32")
    }


@pytest.fixture(scope="session")
def wide_page(dataset, tmp_path_factory):
    """The page of a network of the tutorial's size, for how it looks: it has hardly learned anything."""
    settings = [f"log_dir={tmp_path_factory.mktemp('wide')}", "name=wide", "steps=1", "summaries.enabled=false"]
    path = list(train(load_config(None, settings), dataset))[-1].run
    source = PictureSource(load_trained(Run(path), "last"), dataset, find_digit("0", dataset), LIGHT, autoscale=False)
    return write_page(source, path / "page.html", "int8").path


@pytest.fixture(scope="session")
def small_page(source, tmp_path_factory):
    """The page of the small network, its weights exact."""
    return write_page(source, tmp_path_factory.mktemp("small") / "page.html", "float32").path


@pytest.fixture(scope="session")
def old_page(old_source, tmp_path_factory):
    """The page of the same run from before there were snapshots."""
    return write_page(old_source, tmp_path_factory.mktemp("old") / "page.html", "float32").path
