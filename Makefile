# Every command makes the virtual environment that it needs; nothing but Python 3.10-3.13, git and make is asked for.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENVS := .venvs
UV := uv>=0.8,<1
PLUGIN_ID := $(shell $(PYTHON) -c 'import json; print(json.load(open("plugin.json"))["id"])')
VERSION := $(shell $(PYTHON) -c 'import json; print(json.load(open("plugin.json"))["version"])')
ZIP := dist/dss-plugin-$(PLUGIN_ID)-$(VERSION).zip
export PYTHONPATH := python-lib:.

.PHONY: help demo test test-matrix check bench fuzz plugin clean
.DELETE_ON_ERROR:

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

# One environment per command, made anew when the project's requirements change.
# 1: the command; 2: what pip installs.
define make_environment
@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 10) <= sys.version_info[:2] <= (3, 13) else "Python 3.10 to 3.13 is needed; name one: make PYTHON=python3.11 ...")'
@echo "Making the environment of 'make $(1)' (once)"
@rm -rf $(VENVS)/$(1) && $(PYTHON) -m venv $(VENVS)/$(1)
@$(VENVS)/$(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)
@touch $@
endef

$(VENVS)/%/.made: pyproject.toml
	$(call make_environment,$*,--editable '.[$*]')

# Not the project: uv makes the environments that are tested, under .venvs/matrix.
$(VENVS)/test-matrix/.made: Makefile
	$(call make_environment,test-matrix,'$(UV)')

DEMO := $(if $(filter spark postgres,$(ENGINE)),demo-$(ENGINE),demo)
demo: $(VENVS)/$(DEMO)/.made ## the main job on a month of logs: make demo, LOGS=FOLDER, ENGINE=spark, ENGINE=postgres
	@$(VENVS)/$(DEMO)/bin/python -m dev.demo --out out $(if $(LOGS),--logs '$(LOGS)') $(if $(ENGINE),--engine '$(ENGINE)')

test: $(VENVS)/test/.made ## the tests; what was skipped, and why, is named at the end
	@$(VENVS)/test/bin/python -m pytest $(ARGS)

test-matrix: $(VENVS)/test-matrix/.made ## the unit tests on every Python found, with the lowest and the highest versions
	@$(VENVS)/test-matrix/bin/python -m dev.matrix $(ARGS)

check: $(VENVS)/check/.made ## format, lint, types, layers and the tests
	@$(VENVS)/check/bin/ruff format --check .
	@$(VENVS)/check/bin/ruff check .
	@$(VENVS)/check/bin/mypy
	@$(VENVS)/check/bin/lint-imports
	@$(VENVS)/check/bin/python -m dev.dsshost check .
	@$(VENVS)/check/bin/python -m pytest $(ARGS)

bench: $(VENVS)/bench/.made ## the benchmark table; one JSON object per line with ARGS=--json
	@$(VENVS)/bench/bin/python -m dev.bench $(if $(ARGS),$(ARGS),--table)

plugin: ## the plugin's zip under dist/
	@$(PYTHON) -m dev.package $(ZIP)

fuzz: $(VENVS)/fuzz/.made ## search for lines that the parser cannot stand: make fuzz, or make fuzz SECONDS=60
	@$(VENVS)/fuzz/bin/python -m dev.fuzz --seconds $(or $(SECONDS),300) $(ARGS)

clean: ## remove everything that the commands made
	rm -rf $(VENVS) out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
