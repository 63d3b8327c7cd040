# Everything a checkout can do. `make help` lists the targets.
#
# A toolchain that is missing is named in one line and left out; with CI=true it is an error.

SHELL := /bin/sh
BUILD := build
PYTHON ?= python3
VENV := $(BUILD)/venv
# Pinned: a linter's next release must not turn a checkout red.
RUFF := 0.17.6
MYPY := 2.4.1

.PHONY: help demo disagree test test-rust test-bare test-c lint lint-python bench bench-ratio bench-guard gen clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## guarded WebSocket servers behind one policy file, and what they answer to 74 situations
	@cargo run --quiet --package doorward-demo --bin doorward-demo

disagree: ## popular JWT libraries against the vectors' tokens; writes docs/disagreement.md, is no part of test
	@if command -v $(PYTHON) >/dev/null 2>&1; then $(PYTHON) tests/disagree/disagree.py; \
	else $(call missing,Python 3); fi

test: lint test-rust test-bare test-c bench-guard ## everything below, as CI runs it
	@echo "all passed"

test-rust: ## unit tests, documentation examples, vectors, properties, servers
	@cargo test --workspace --quiet
	@cargo xtask check
	@printf 'Rust: '; cargo run --quiet --package doorward-tests --bin vectors

test-bare: ## the core links without std, and no panic is reachable in it
	@if command -v cc >/dev/null 2>&1; then sh tests/bare/check.sh; \
	else $(call missing,a C compiler (cc)); fi

test-c: ## the C library from C: header, vectors, misuse, threads, sanitizers
	@if command -v gcc >/dev/null 2>&1; then sh ffi/tests/run.sh; \
	else $(call missing,a C compiler (gcc)); fi

lint: lint-python ## format, clippy, documentation, with warnings as errors
	@cargo fmt --all --check
	@rustfmt --check --edition 2024 tests/disagree/rust/src/main.rs
	@cargo clippy --workspace --all-targets --quiet -- --deny warnings
	@RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps --document-private-items --quiet
	@if command -v cargo-deny >/dev/null 2>&1; then cargo deny --offline check bans licenses sources; \
	else echo 'left out: cargo-deny is not here'; fi

lint-python: ## the vectors' authoring tool: ruff, mypy, and that the vectors are what it writes
	@if command -v $(PYTHON) >/dev/null 2>&1; then \
	  $(PYTHON) tests/author/make.py --check && \
	  { [ -x $(VENV)/bin/ruff ] || { $(PYTHON) -m venv $(VENV) && \
	    $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	      ruff==$(RUFF) mypy==$(MYPY); }; } && \
	  $(VENV)/bin/ruff check --quiet tests/author tests/disagree && \
	  $(VENV)/bin/ruff format --quiet --check tests/author tests/disagree && \
	  $(VENV)/bin/mypy --strict --no-error-summary --cache-dir $(BUILD)/mypy tests/author/*.py && \
	  $(VENV)/bin/mypy --strict --no-error-summary --cache-dir $(BUILD)/mypy tests/disagree/*.py; \
	else $(call missing,Python 3); fi

bench: ## criterion: every stage and the whole decision, beside the floor
	@cargo bench --package doorward-benches

bench-ratio: ## verify against the floor, in interleaved rounds
	@cargo run --quiet --release --package doorward-benches --bin ratio

bench-guard: ## counts the instructions of fixed work and compares them with those that are stored
	@if command -v valgrind >/dev/null 2>&1; then cargo xtask guard; \
	else $(call missing,valgrind); fi

gen: ## writes what is made from the core's tables, and the hand-written vectors
	@cargo xtask gen
	@$(PYTHON) tests/author/make.py

clean: ## removes what was built
	@cargo clean --quiet
	@rm -rf $(BUILD) tests/bare/target

missing = echo "left out: $(1) is not here" && [ "$${CI:-}" != true ]
