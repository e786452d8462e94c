import pickle

from mnistcnn.errors import ConfigError, DataError


def test_a_line_of_a_message_stays_one_line_whatever_a_file_is_called():
    error = DataError("two\nlines\x1b[31m.png: damaged", "what to do next")
    assert str(error) == "two\\nlines\\x1b[31m.png: damaged\nwhat to do next"
    assert error.lines == str(error).splitlines()


def test_a_message_that_is_said_again_is_escaped_once():
    error = DataError("two\nlines.png: damaged")
    assert str(DataError(*error.lines)) == str(DataError(str(error))) == str(error)


def test_an_error_of_another_process_says_the_same():
    error = pickle.loads(pickle.dumps(DataError("a.png: damaged", "what to do next")))
    assert error.lines == ["a.png: damaged", "what to do next"]


def test_a_configuration_names_each_problem_on_a_line():
    assert str(ConfigError(["a.yaml:1:1: one", "a.yaml:2:1: two"])) == "a.yaml:1:1: one\na.yaml:2:1: two"
