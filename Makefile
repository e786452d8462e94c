PYTHON ?= python

.PHONY: test soak lint format config-docs gallery bench bench-train bench-step bench-accuracy bench-summaries bench-snapshots bench-page bench-gpu bench-photos bench-handwriting bench-doubt bench-runs

test:
	$(PYTHON) -m pytest

# The fault tests on all cores, with a hundred kills, damages and faults of each kind, sweeps of 30 trials by four
# processes, and groups of three workers; then the page, with 500 drawn digits and every test image of MNIST. The line that
# begins with "soak:" has the figures for docs/reliability.md. For fewer: make soak KILLS=10
KILLS ?= 100
soak:
	MNISTCNN_SOAK_KILLS=$(KILLS) $(PYTHON) -m pytest -n auto --dist worksteal -p tests.soak_figures tests/faults tests/distributed
	MNISTCNN_PAGE_DIGITS=500 MNISTCNN_PAGE_IMAGES=10000 $(PYTHON) -m pytest -s tests/mnistcnn/visualize/page

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m mypy --strict tests/every_public_name.py
	PYTHONPATH=. lint-imports

format:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# Pictures for docs/gallery.md, from a run with the default configuration on MNIST: make gallery RUN=runs/default
gallery:
	$(PYTHON) docs/make_gallery.py $(RUN)

# After a change to the schema in mnistcnn/config/.
config-docs:
	$(PYTHON) -m mnistcnn_cli config schema > configs/schema.json
	sed -i '/^<!-- From here on/,$$!b;/^<!-- From here on/!d' docs/configuration.md
	{ echo; $(PYTHON) -m mnistcnn_cli config schema --markdown; } >> docs/configuration.md

bench: bench-train bench-step bench-summaries

bench-train:
	$(PYTHON) benchmarks/train.py

bench-step:
	$(PYTHON) benchmarks/step.py

# As long as ten runs: make bench-accuracy CONFIG=configs/fast.yaml SEEDS=0-9
CONFIG ?= configs/fast.yaml
SEEDS ?= 0-9
bench-accuracy:
	$(PYTHON) benchmarks/accuracy.py $(CONFIG) --seeds $(SEEDS)

bench-summaries:
	$(PYTHON) benchmarks/summaries.py

# What snapshots add to the time of a run.
bench-snapshots:
	$(PYTHON) benchmarks/snapshots.py

# Everything that is promised of a GPU, in four minutes; exits with 1 if a promise is broken.
bench-gpu:
	$(PYTHON) benchmarks/gpu.py

# How long the page takes to make, and how soon a stroke is painted: make bench-page RUN=runs/default
bench-page:
	$(PYTHON) benchmarks/page.py $(or $(RUN),latest)

# How many drawn photos are read rightly, condition by condition: make bench-photos RUN=runs/default
bench-photos:
	$(PYTHON) benchmarks/photos.py --run $(or $(RUN),latest)

# How well runs read hands that MNIST does not have: make bench-handwriting RUNS="runs/default runs/fast"
bench-handwriting:
	$(PYTHON) benchmarks/handwriting.py $(or $(RUNS),latest)

# Whether a network doubts what is no digit, over several runs: make bench-doubt RUNS="runs/default-0 runs/default-1"
bench-doubt:
	$(PYTHON) benchmarks/doubt.py $(or $(RUNS),latest)

# How long `mnistcnn runs` and `latest` take with 2,000 runs.
bench-runs:
	$(PYTHON) benchmarks/runs.py
