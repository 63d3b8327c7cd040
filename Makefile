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

.PHONY: help demo test test-rust test-paths test-bare test-c lint lint-python bench bench-ratio gen clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a real WebSocket server behind a policy file, and what it answers to 74 situations
	@cargo run --package doorward-demo

test: lint test-rust test-paths test-bare test-c ## everything below, as CI runs it
	@echo "all passed"

test-rust: ## unit tests, documentation examples, vectors, properties, servers
	@cargo test --workspace --quiet
	@cargo xtask check
	@printf 'Rust: '; cargo run --quiet --package doorward-tests --bin vectors

test-paths: ## every vector on each path that a CPU may take: portable code, software SHA, both
	@for flags in '--cfg doorward_backend="portable"' '--cfg sha2_backend="soft"' \
	  '--cfg doorward_backend="portable" --cfg sha2_backend="soft"'; do \
	  printf '%s: ' "$$flags"; RUSTFLAGS="$$flags" CARGO_TARGET_DIR=$(BUILD)/paths \
	    cargo run --quiet --package doorward-tests --bin vectors || exit 1; done

test-bare: ## the core links without std, and no panic is reachable in it
	@if command -v cc >/dev/null 2>&1; then sh tests/bare/check.sh; \
	else $(call missing,a C compiler (cc)); fi

test-c: ## the C library from C: header, vectors, misuse, threads, sanitizers
	@if command -v gcc >/dev/null 2>&1; then sh ffi/tests/run.sh; \
	else $(call missing,a C compiler (gcc)); fi

lint: lint-python ## format, clippy, documentation, with warnings as errors
	@cargo fmt --all --check
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
	  $(VENV)/bin/ruff check --quiet tests/author && \
	  $(VENV)/bin/ruff format --quiet --check tests/author && \
	  $(VENV)/bin/mypy --strict --no-error-summary --cache-dir $(BUILD)/mypy tests/author/*.py; \
	else $(call missing,Python 3); fi

bench: ## criterion: every stage and the whole decision, beside the floor
	@cargo bench --package doorward-benches

bench-ratio: ## verify against the floor, in interleaved rounds
	@cargo run --quiet --release --package doorward-benches --bin ratio

gen: ## writes what is made from the core's tables, and the hand-written vectors
	@cargo xtask gen
	@$(PYTHON) tests/author/make.py

clean: ## removes what was built
	@cargo clean --quiet
	@rm -rf $(BUILD) tests/bare/target

missing = echo "left out: $(1) is not here" && [ "$${CI:-}" != true ]
