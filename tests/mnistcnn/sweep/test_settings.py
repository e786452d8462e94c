from pathlib import Path

import pytest

from mnistcnn.errors import ConfigError
from mnistcnn.sweep.settings import load_sweep
from mnistcnn.sweep.space import trial_config

ROOT = Path(__file__).parents[3]


def problems(path, overrides=()):
    with pytest.raises(ConfigError) as caught:
        load_sweep(path, overrides)
    return [problem.removeprefix(str(path)) for problem in caught.value.problems]


def test_the_shipped_file_is_a_sweep_around_fast_yaml():
    from mnistcnn.config.schema import load_config

    settings = load_sweep(ROOT / "configs" / "sweep.yaml")
    fast = load_config(ROOT / "configs" / "fast.yaml")
    its_own = ("learning_rate", "eval_every", "summaries", "checkpoints")
    varied = {key: getattr(fast, key) for key in its_own}
    assert settings.base.model_copy(update=varied) == fast
    assert [each.key for each in settings.dimensions][:2] == ["learning_rate", "keep_prob"]


def test_a_trial_has_the_shared_settings_and_its_own(sweep_file):
    settings = load_sweep(sweep_file("config: {steps: 7}\nspace: {network.fc1: {choice: [8, 16]}}"))
    config = trial_config(settings.base, {"network.fc1": 16})
    assert (config.steps, config.network.fc1, config.network.conv1) == (7, 16, 32)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("learnig_rate: {uniform: [1e-4, 1e-2]}", ":2:3: unknown key 'learnig_rate'; did you mean 'learning_rate'?"),
        ("network.fc3: {choice: [1, 2]}", ":2:3: unknown key 'network.fc3'; did you mean 'network.fc1'?"),
        ("keep_prob: {uniform: [0.3, 1.5]}", ":2:30: space.keep_prob.uniform: must be between 0.01 and 1, got 1.5"),
        ("steps: {choice: [10, many]}", ':2:24: space.steps.choice: expected a whole number, got "many"'),
        ("batch_size: {uniform: [8, 64]}", "this setting is a whole number: write integer: [low, high]"),
        ("batch_size: {log_uniform: [8.5, 64]}", "this setting is a whole number: write log_integer: [low, high]"),
        ("keep_prob: {uniform: [0.9, 0.3]}", ":2:24: space.keep_prob.uniform: the lowest value, 0.9, is not below"),
        ("weight_decay: {log_uniform: [0, 1]}", "a logarithmic scale begins above 0, not at 0"),
        ("keep_prob: {unifrom: [0.3, 0.9]}", ":2:15: space.keep_prob: expected one of uniform, log_uniform"),
        ("keep_prob: {uniform: [0.3, 0.9], choice: [1]}", "got uniform and choice"),
        ("keep_prob: {}", "got nothing"),
        ("keep_prob: {uniform: 0.3}", "expected a list such as [1, 9], got 0.3"),
        ("keep_prob: {uniform: [0.3]}", "expected two numbers, the lowest and the highest"),
        ("keep_prob: {choice: []}", "expected at least one value"),
        ("keep_prob: {choice: [0.5, 0.5]}", "a value is given twice"),
        ("keep_prob: {choice: [[0.5]]}", "expected plain values"),
        ("batch_size: {integer: [8, 30], step: 4}", "steps of 4 from 8 do not meet 30; write 28"),
        ("batch_size: {integer: [8, 30], step: 0}", "step: expected a whole number of at least 1, got 0"),
        ("batch_size: {choice: [8, 30], step: 2}", "step goes with integer only"),
        ("batch_size: {integer: [8.5, 30]}", "expected two whole numbers"),
        ("log_dir: {choice: [a, b]}", "'log_dir' cannot vary: all trials are in one place"),
        ("threads: {choice: [1, 2]}", "'threads' cannot vary: TensorFlow reads it only once"),
        ("data.source: {choice: [mnist, digits]}", "'data.source' cannot vary: trials are compared on the same images"),
        ("schedule.warmup: {choice: [10, 4000]}", "schedule.warmup=4000 cannot be combined: 4,000 steps of"),
        ("keep_prob: 0.5", ":2:14: space.keep_prob: expected values such as {choice: [1, 2]}, got 0.5"),
    ],
)
def test_what_is_wrong_with_a_line_of_the_space_is_told_with_its_place(sweep_file, line, said):
    found = problems(sweep_file(f"space:\n  {line}\n"))
    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith(":2:") or "cannot be combined" in found[0]


def test_everything_is_told_at_once(sweep_file):
    head = "trials: 0\nsampler: tpee\nconfig: {steps: -1, name: x}\n"
    text = f"{head}space:\n  a: {{choice: [1]}}\n  seed: {{uniform: [0, 1]}}\n"
    found = problems(sweep_file(text))
    assert [problem.split(": ")[0] for problem in found] == [":1:9", ":2:10", ":3:17", ":3:21", ":5:3", ":6:19"]


def test_a_file_without_a_space_says_what_is_missing(sweep_file):
    assert problems(sweep_file("trials: 3")) == [":1:1: space: this key is needed"]
    assert "nothing varies" in problems(sweep_file("space: {}"))[0]


def test_a_grid_needs_values_that_can_be_counted(sweep_file):
    text = "sampler: grid\nspace:\n  keep_prob: {uniform: [0.3, 0.9]}\n"
    assert ":3:24: space.keep_prob.uniform: a grid has no end here" in problems(sweep_file(text))[0]
    text = "sampler: grid\nspace: {steps: {integer: [1, 1000]}, seed: {integer: [0, 1000]}}"
    assert "a grid of 1,001,000 trials" in problems(sweep_file(text))[0]


def test_an_override_is_named_when_it_is_wrong(sweep_file):
    path = sweep_file("space: {keep_prob: {uniform: [0.3, 0.9]}}")
    with pytest.raises(ConfigError, match=r"--set config\.steps=x: expected a whole number"):
        load_sweep(path, ["config.steps=x"])
    assert load_sweep(path, ["config.steps=9"], {"trials": 2}).trials == 2


def test_a_sweep_needs_validation_images(sweep_file):
    text = "config: {data: {validation_size: 0}}\nspace: {keep_prob: {uniform: [0.3, 0.9]}}"
    assert "a sweep compares trials on validation images" in problems(sweep_file(text))[0]
