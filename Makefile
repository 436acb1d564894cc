# The few commands of this project. Everything is installed into .venv (GPU=1: .venv-gpu); nothing outside this folder changes,
# except that `make test` as root on Debian installs Chromium when there is none.

ifeq ($(GPU),1)
VENV := .venv-gpu
LOCK := requirements-gpu.lock
else
VENV := .venv
LOCK := requirements.lock
endif
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --disable-pip-version-check --quiet --require-hashes --only-binary=:all:
COMPILE := $(PY) -m uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 \
	--custom-compile-command "make lock"

.PHONY: help run test lint bench bench-quality chaos fuzz soak lock docs clean
.DEFAULT_GOAL := help

help: ## Show these commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

run: $(VENV)/run.stamp ## Install what is needed and open the app (GPU=1: with CUDA; ARGS="--port 8600": passed on)
	@$(VENV)/bin/modelwright app $(ARGS)

test: $(VENV)/test.stamp ## Run the whole test suite on two processes, browser tests included (ARGS="-k name": passed on)
	@CHROMIUM="$$(.ci/chromium)" && export CHROMIUM && $(PY) -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(VENV)/test.stamp ## Check style and types
	@$(PY) -m ruff check . && $(PY) -m mypy

bench: $(VENV)/test.stamp ## Print the measurements of tests/bench (ARGS=tests/bench/test_pages.py: only those)
	@CHROMIUM="$$(.ci/chromium)" && export CHROMIUM && $(PY) -m pytest -m bench -s -q $(or $(ARGS),tests/bench)

bench-quality: $(VENV)/test.stamp ## Judge the models beside other tools on public tables (DATA=folder of sets; ARGS="--sets heart")
	@$(PY) -m tests.bench.quality --data $(DATA) $(ARGS)

chaos: $(VENV)/test.stamp ## Kill, stop, fill and corrupt everything, in full counts; takes hours (CHAOS_SCALE=0.1: a tenth of it; ARGS="-k name")
	@CHROMIUM="$$(.ci/chromium)" && export CHROMIUM && $(PY) -m pytest -m chaos -rs $(ARGS)

fuzz: $(VENV)/test.stamp ## Read thousands of broken files with every reader (FUZZ_FILES=10000: more; ARGS="-k excel": one reader)
	@$(PY) -m pytest -m fuzz -s $(ARGS) tests/fuzz

soak: $(VENV)/test.stamp ## Eight runs, three viewers and two supervisors for an hour (SOAK_MINUTES=3: shorter)
	@$(PY) -m pytest -m soak -s $(ARGS) tests/chaos

lock: $(VENV)/run.stamp ## Write the lock files again from pyproject.toml (ARGS=--upgrade: take newer versions)
	@$(PY) -m pip install --disable-pip-version-check --quiet uv
	@$(COMPILE) $(ARGS) --group setup pyproject.toml -o requirements.lock
	@$(COMPILE) $(ARGS) --group setup --extra gpu --no-emit-package tensorflow-cpu -c requirements.lock pyproject.toml -o requirements-gpu.lock
	@$(COMPILE) $(ARGS) --group pyproject.toml:test -c requirements.lock -o tests/requirements.lock

docs: $(VENV)/test.stamp ## Write the README's tables again from the families
	@$(PY) -m tests.readme

clean: ## Remove the installed environments and caches (not your projects)
	@rm -rf .venv .venv-gpu .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/run.stamp: $(LOCK) pyproject.toml
	@test -x $(PY) || { python="$$(.ci/python)" && { "$$python" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make an environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; }; }
	@echo "Installing the packages of $(LOCK) into $(VENV); the first time takes a few minutes." >&2
	@$(INSTALL) -r $(LOCK)
	@$(PY) -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp tests/requirements.lock
	@$(INSTALL) -r tests/requirements.lock
	@touch $@
