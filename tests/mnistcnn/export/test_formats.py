import pytest

from mnistcnn.errors import UsageError
from mnistcnn.export import formats
from mnistcnn.export.formats import FORMATS, choose_formats, format_of


@pytest.fixture
def without(monkeypatch):
    """Makes modules look as if they were not installed."""

    def hide(*modules):
        found = formats.find_spec
        monkeypatch.setattr(formats, "find_spec", lambda module: None if module in modules else found(module))

    return hide


def names(chosen):
    return [one.name for one in chosen]


def test_all_is_every_format():
    assert names(choose_formats(["all"], verify=True)[0]) == list(FORMATS)


def test_formats_come_once_and_in_their_order():
    assert names(choose_formats(["numpy", "keras", "keras"], verify=True)[0]) == ["keras", "numpy"]


def test_all_leaves_out_what_is_not_installed_and_says_which_extra_installs_it(without):
    without("tf2onnx", "ai_edge_litert")
    chosen, left_out = choose_formats(["all"], verify=True)
    assert names(chosen) == ["saved_model", "keras", "numpy", "c", "c-int8"]
    assert left_out[0] == "onnx: needs tf2onnx; install with: pip install 'mnistcnn[onnx]'"
    assert [sentence.rpartition(" ")[2] for sentence in left_out[1:]] == ["'mnistcnn[litert]'"] * 2


def test_a_format_that_was_named_must_not_be_left_out(without):
    without("onnxruntime")
    with pytest.raises(UsageError, match=r"onnx: needs onnxruntime; .*mnistcnn\[onnx\]"):
        choose_formats(["all", "onnx"], verify=True)


def test_what_only_runs_a_file_is_not_needed_if_it_is_not_run(without):
    without("onnxruntime", "ai_edge_litert")
    assert len(choose_formats(["all"], verify=False)[0]) == 8


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CC", raising=False)


def test_without_a_compiler_all_leaves_c_out_and_says_so(no_compiler):
    chosen, left_out = choose_formats(["all"], verify=True)
    assert not {"c", "c-int8"} & set(names(chosen))
    assert left_out[0] == "c: needs a C compiler to be run; install gcc or clang, or set CC to the command of another"


def test_without_a_compiler_c_is_refused_unless_it_is_not_run(no_compiler):
    with pytest.raises(UsageError, match="c-int8: needs a C compiler"):
        choose_formats(["c-int8"], verify=True)
    assert names(choose_formats(["c-int8"], verify=False)[0]) == ["c-int8"]


def test_an_unknown_format_is_told_with_those_that_exist():
    with pytest.raises(UsageError, match=r"pickle: no such format; there are: saved_model, .*, all"):
        choose_formats(["pickle"], verify=True)


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_file_is_known_by_its_name(exports, name):
    found = format_of(exports / FORMATS[name].file).name
    assert found == name.removesuffix("-int8")  # Both are run in the same way.


def test_the_array_file_inside_is_as_good_as_its_directory(exports):
    assert format_of(exports / "numpy" / "weights.npz").name == "numpy"


@pytest.mark.parametrize("name", ["model.pkl", "model.onnx.differs", "folder"])
def test_other_files_are_refused(tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name == "folder" else path.write_bytes(b"")
    with pytest.raises(UsageError, match="not an exported network") as caught:
        format_of(path)
    assert ("rename it" in str(caught.value)) == name.endswith(".differs")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        format_of(tmp_path / "model.onnx")
