"""The scripts in docs/distributed.md: what can be checked of them without a cluster."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from mnistcnn.training.distributed.addresses import find_workers

DOCUMENT = Path(__file__).parents[2] / "docs" / "distributed.md"
SCONTROL = "#!/bin/sh\nprintf 'node7\\nnode9\\n'\n"
SRUN = '#!/bin/sh\nshift\nexec "$@"\n'
MNISTCNN = '#!/bin/sh\necho "$@"\n'


def block(name: str) -> str:
    """The code block that follows a comment in the document."""
    return DOCUMENT.read_text().split(f"<!-- {name} -->")[1].split("```")[1].partition("\n")[2]


def test_the_jobs_of_kubernetes_are_one_group_and_find_each_other() -> None:
    service, *jobs = yaml.safe_load_all(block("kubernetes"))
    for index, job in enumerate(jobs):
        pod = job["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        workers = find_workers(None, None, {each["name"]: each["value"] for each in container["env"]})
        assert workers is not None
        assert (workers.index, workers.count) == (index, len(jobs))
        port = service["spec"]["ports"][0]["port"]
        assert workers.addresses[index] == f"{pod['hostname']}.{service['metadata']['name']}:{port}"
        assert pod["subdomain"] == service["metadata"]["name"]
        assert job["spec"]["template"]["metadata"]["labels"] == service["spec"]["selector"]


@pytest.mark.parametrize(
    ("exists", "expected"), [(False, "--name big --steps 5"), (True, "--resume big")], ids=["new", "resumed"]
)
def test_the_script_for_slurm_gives_every_task_its_index_and_all_the_same_addresses(
    tmp_path: Path, exists: bool, expected: str
) -> None:
    for name, text in (("scontrol", SCONTROL), ("srun", SRUN), ("mnistcnn", MNISTCNN), ("job.sh", block("slurm"))):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    if exists:
        (tmp_path / "runs" / "big").mkdir(parents=True)
    slurm = {"SLURM_JOB_ID": "4711", "SLURM_JOB_NODELIST": "node[7,9]", "SLURM_PROCID": "1", "SLURM_CPUS_PER_TASK": "8"}
    said = subprocess.run(
        ["bash", "job.sh", "big", "--steps", "5"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **slurm},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    group = "--workers node7:24711,node9:24711 --worker-index 1"
    assert said == f"train {group} --set threads=8 {expected}\n"
