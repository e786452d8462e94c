PYTHON ?= python

.PHONY: test soak lint format config-docs bench bench-train bench-summaries

test:
	$(PYTHON) -m pytest

# The fault tests, with a hundred kills of each kind.
soak:
	MNISTCNN_SOAK_KILLS=100 $(PYTHON) -m pytest tests/faults

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	PYTHONPATH=. lint-imports

format:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# After a change to the schema in mnistcnn/config.py.
config-docs:
	$(PYTHON) -m mnistcnn_cli config schema > configs/schema.json
	sed -i '/^<!-- From here on/,$$!b;/^<!-- From here on/!d' docs/configuration.md
	{ echo; $(PYTHON) -m mnistcnn_cli config schema --markdown; } >> docs/configuration.md

bench: bench-train bench-summaries

bench-train:
	$(PYTHON) benchmarks/train.py

bench-summaries:
	$(PYTHON) benchmarks/summaries.py
