"""Everything that this project promises of a GPU, measured in one go: `make bench-gpu`.

    python benchmarks/gpu.py [--seconds N]

Prints one table and then each promise, kept or broken, and exits with 1 if one is broken. Needs MNIST on this machine
(`MNISTCNN_DATA_DIR` or the cache), no network, and at most four minutes; what does not fit is named. PyTorch takes part
where it is installed. Without a GPU it does a few steps of everything, which proves only that it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gpu_step import CONTENDERS

from mnistcnn.data.mnist import places

HERE = Path(__file__).parent
BATCHES = (50, 128)
STEP_PROMISES = {50: 0.45, 128: 0.5}
"""Milliseconds of a step, on an H100 or H200."""
RUN_PROMISES = {"fast.yaml": 1.0, "accurate.yaml": 30.0}
"""Seconds in training steps."""
PROGRAMS = 2
"""The chunk of steps, and the evaluation."""
OURS, GRAPH, FREE = "mnistcnn", "PyTorch, CUDA graph", "mnistcnn, not deterministic"


class Promise(NamedTuple):
    """Something that must hold, and what was found."""

    text: str
    kept: bool | None
    """None if it could not be measured."""


class Clock:
    """Seconds that are left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until the end; never less than 1, so that it can be a timeout."""
        return max(1.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether nothing new should begin."""
        return self._end - time.monotonic() < 5


class Bench:
    """One measurement of everything.

    Args:
        gpu: the name of the GPU; None to prove only that this runs.
        clock: what is left of the time.
        runs: where the runs go.
    """

    def __init__(self, gpu: str | None, clock: Clock, runs: Path) -> None:
        self.gpu, self.clock, self.runs = gpu, clock, runs
        self.promises: list[Promise] = []
        self._ms: dict[tuple[str, int], float] = {}
        """Of a step, by contender and batch."""

    def promise(self, text: str, kept: bool | None) -> None:
        """Note what was found; without a GPU no figure can keep or break anything."""
        self.promises.append(Promise(text, kept if self.gpu else None))

    def missing(self) -> bool | None:
        """What a promise is whose measurement is not there: broken, unless the time ran out."""
        return None if self.clock.is_over else False

    def steps(self, contenders: Iterable[str]) -> None:
        """A table of single steps."""
        print(f"\n{'one step':32}{'batch':>6}{'ms':>10}{'compile, s':>12}{'GPU MB':>9}")
        for name in contenders:
            for result in self._step(name):
                print(f"{name:32}{_step_cells(result)}", flush=True)
                if "ms" in result:
                    self._ms[name, result["batch"]] = result["ms"]

    def _step(self, name: str) -> list[dict[str, Any]]:
        """What `gpu_step.py` found for each batch size, or why there is less."""
        if self.clock.is_over:
            return [{"left_out": "no time left"}]
        batches = [str(batch) for batch in BATCHES] if self.gpu else ["2"]
        command = [sys.executable, str(HERE / "gpu_step.py"), name, "200" if self.gpu else "1", *batches]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                output, errors = process.communicate(timeout=self.clock.left)
            except subprocess.TimeoutExpired:
                process.kill()
                output, errors = process.communicate()[0], "no time left"
        found: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
        if process.returncode:
            found.append({"left_out": (errors.strip().splitlines() or ["failed"])[-1]})
        return found

    def judge_steps(self) -> None:
        """Compare the contenders that were promised to be compared."""
        for batch in BATCHES:
            mine, graph, free = (self._ms.get((name, batch)) for name in (OURS, GRAPH, FREE))
            limit = STEP_PROMISES[batch]
            kept = self.missing() if mine is None else mine <= limit
            self.promise(f"step of {batch}: {_ms(mine)}, at most {limit} ms", kept)
            if graph is not None and mine is not None:
                self.promise(
                    f"step of {batch}: {mine / graph:.2f} of PyTorch in a CUDA graph, at most 1", mine <= graph
                )
            if mine is not None and free is not None:
                print(f"batch {batch}: determinism costs {mine / free:.2f} times the time")

    def whole_runs(self) -> None:
        """The short recipes from the command to the result, the default one twice, and once killed and resumed."""
        self._whole_run_header()
        for number, config in enumerate(("default.yaml", "default.yaml", "fast.yaml")):
            before = self._programs()
            if not self._whole_run(f"run-{number}", config):
                continue
            new = self._programs() - before
            if number == 0:
                self.promise(f"{config}: XLA compiled {new} programs, at most {PROGRAMS}", 0 < new <= PROGRAMS)
            elif number == 1:
                self.promise(f"{config} again: compiled {new} programs anew, none wanted", new == 0 < before)
        self._compare_digests()

    def long_run(self) -> None:
        """`accurate.yaml`, if there is time."""
        self._whole_run_header()
        self._whole_run("accurate", "accurate.yaml")

    def _whole_run_header(self) -> None:
        print(f"\n{'whole run':32}{'all, s':>10}{'steps, s':>10}{'compile, s':>12}{'test':>10}")

    def _whole_run(self, name: str, config: str) -> bool:
        events = self._train(name, config)
        finished = _last(events, "run_finished")
        if finished is None:
            self.promise(f"{config}: trains", False if events is not None else None)
            print(f"{config:32}" + ("   no time left" if events is None else "   failed"), flush=True)
            return False
        self._judge_warnings(config, events or [])
        compiled = [event for event in events or [] if event["event"] == "compiled"]
        seconds = sum(event["seconds"] for event in compiled)
        cells = f"{finished['seconds']:10.1f}{finished['training_seconds']:10.2f}{seconds:12.1f}"
        print(f"{config:32}{cells}{100 * finished['test_accuracy']:8.2f} %", flush=True)
        self.promise(f"{config}: announces {len(compiled)} compiles in a run, at most one", len(compiled) <= 1)
        if limit := RUN_PROMISES.get(config):
            spent = finished["training_seconds"]
            self.promise(f"{config}: {spent:.2f} s in steps, at most {limit:g}", spent <= limit)
        return True

    def _judge_warnings(self, config: str, events: list[dict[str, Any]]) -> None:
        messages = [event["message"] for event in events if event["event"] == "warned"]
        for message in messages:
            print(f"{config} warns: {message}")
        self.promise(f"{config}: XLA compiles", not any(message.startswith("XLA") for message in messages))

    def _compare_digests(self) -> None:
        first, second, resumed = self._digest("run-0"), self._digest("run-1"), self._killed_and_resumed()
        same = first == second if first and second else self.missing()
        self.promise("two runs of one seed have the same bits", same)
        same = first == resumed if first and resumed else self.missing()
        self.promise("a killed and resumed run has the same bits", same)

    def _killed_and_resumed(self) -> str | None:
        if self.clock.is_over:
            return None
        before = self._programs()
        command = self._command("killed", "default.yaml", "--set", f"checkpoints.every={500 if self.gpu else 2}")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=self._environment()) as process:
            assert process.stdout is not None
            late = threading.Timer(self.clock.left, process.kill)
            late.start()
            for line in process.stdout:
                event = json.loads(line)
                if event["event"] == "checkpoint_saved" and event["step"] >= (1000 if self.gpu else 2):
                    process.kill()
                    break
            late.cancel()
        again = [sys.executable, "-m", "mnistcnn_cli", "train", "--resume", str(self.runs / "killed"), "-q", "--json"]
        if self._called("a resumed run", again) is None:
            return None
        new = self._programs() - before
        self.promise(f"a run with more checkpoints, killed and resumed: compiled {new} programs anew", new <= PROGRAMS)
        return self._digest("killed")

    def together(self) -> None:
        """Two processes at once on one GPU."""
        if self.clock.is_over:
            self.promise("two processes share a GPU", None)
            return
        commands = [
            self._command(f"together-{i}", "default.yaml", "--steps", "500" if self.gpu else "4") for i in (0, 1)
        ]
        processes = [
            subprocess.Popen(command, stdout=subprocess.DEVNULL, env=self._environment()) for command in commands
        ]
        used = 0
        while any(process.poll() is None for process in processes) and not self.clock.is_over:
            used = max(used, _memory_in_use() if self.gpu else 0)
            time.sleep(0.5)
        for process in processes:
            if process.poll() is None:
                process.kill()
        codes = [process.wait() for process in processes]
        kept = codes == [0, 0] or self.missing()
        self.promise(f"two processes share a GPU (exit codes {codes}; at most {used:,} MiB in use)", kept)

    def _train(self, name: str, config: str) -> list[dict[str, Any]] | None:
        return None if self.clock.is_over else self._called(config, self._command(name, config))

    def _called(self, what: str, command: Sequence[str]) -> list[dict[str, Any]] | None:
        """The events of a training that may fail; None if the time ran out."""
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=self.clock.left,
                check=False,
                env=self._environment(),
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            print(f"{what}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _command(self, name: str, config: str, *options: str) -> list[str]:
        path = str(HERE.parent / "configs" / config)
        short = [] if self.gpu else ["--steps", "4", "--set", "schedule.warmup=0", "--set", "data.source=digits"]
        where = ["--log-dir", str(self.runs), "--name", name, "--json", "-q"]
        return [sys.executable, "-m", "mnistcnn_cli", "train", "--config", path, *short, *options, *where]

    def _environment(self) -> dict[str, str]:
        # A cache of compiled programs of its own: the first run pays for the compile, those after it do not.
        data = os.environ.get("MNISTCNN_DATA_DIR") or str(places(None)[-1].folder)
        return {**os.environ, "XDG_CACHE_HOME": str(self.runs / "cache"), "MNISTCNN_DATA_DIR": data}

    def _programs(self) -> int:
        """How many compiled programs XLA has kept on disk: what it compiled, and not what it said."""
        cache = Path(self._environment()["XDG_CACHE_HOME"]) / "mnistcnn" / "xla"
        return sum(path.is_file() for path in cache.rglob("*"))

    def _digest(self, name: str) -> str | None:
        try:
            manifest = json.loads((self.runs / name / "manifest.json").read_text())
        except OSError:
            return None
        digest: str | None = (manifest.get("results") or {}).get("weights_digest")
        return digest


def _memory_in_use() -> int:
    """MiB that all processes use on the first GPU."""
    query = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    found = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split()
    return int(found[0]) if found and found[0].isdecimal() else 0


def _step_cells(result: Mapping[str, Any]) -> str:
    if "ms" not in result:
        return f"        {result['left_out']}"
    memory = "–" if result["memory_mb"] is None else f"{result['memory_mb']:.0f}"
    return f"{result['batch']:6}{result['ms']:10.3f}{result['compile_seconds']:12.1f}{memory:>9}"


def _ms(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f} ms"


def _last(events: list[dict[str, Any]] | None, kind: str) -> dict[str, Any] | None:
    return next((event for event in reversed(events or []) if event["event"] == kind), None)


def gpu_name() -> str | None:
    """What TensorFlow calls the first GPU; None if it can use none. In a process of its own, which frees it again."""
    script = (
        "import tensorflow as tf; g = tf.config.list_physical_devices('GPU'); "
        "print(tf.config.experimental.get_device_details(g[0]).get('device_name', 'GPU') if g else '')"
    )
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    return (done.stdout.strip().splitlines() or [""])[-1] or None


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mnistcnn-gpu-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Measure, and say which promises hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=230, help="Begin nothing new after so many seconds.")
    clock = Clock(parser.parse_args().seconds)
    gpu = gpu_name()
    print(
        f"{gpu or 'no GPU that TensorFlow can use: the figures below prove only that this runs'}; {time.strftime('%F')}"
    )
    with scratch() as runs:
        bench = Bench(gpu, clock, runs)
        # What nothing was promised of comes last, in case the time runs out.
        bench.whole_runs()
        bench.together()
        bench.steps((OURS, GRAPH, FREE))
        bench.judge_steps()
        bench.long_run()
        bench.steps(name for name in CONTENDERS if name not in (OURS, GRAPH, FREE))
    print()
    for text, kept in bench.promises:
        print(f"{'not judged' if kept is None else 'kept' if kept else 'BROKEN':12}{text}")
    return int(any(promise.kept is False for promise in bench.promises))


if __name__ == "__main__":
    sys.exit(main())
