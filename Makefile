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

.PHONY: help demo test test-rust test-bare test-c lint lint-python go-lib test-go lint-go bench-go bench bench-ratio gen clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a real WebSocket server behind a policy file, and what it answers to 74 situations
	@cargo run --package doorward-demo

test: lint test-rust test-bare test-c test-go ## everything below, as CI runs it
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

go-lib: ## the static library for Go, in bindings/go/lib/<os>_<arch>
	@if command -v go >/dev/null 2>&1; then sh bindings/go/lib.sh; \
	else $(call missing,Go (go)); fi

test-go: ## Go: vectors, real servers, races, leaks, fuzzing for seconds, a new module of a user's
	@if command -v go >/dev/null 2>&1; then sh bindings/go/test.sh; \
	else $(call missing,Go (go)); fi

lint: lint-python lint-go ## format, clippy, documentation, with warnings as errors
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

lint-go: ## Go: gofmt, go vet, staticcheck
	@if command -v go >/dev/null 2>&1; then sh bindings/go/lint.sh; \
	else $(call missing,Go (go)); fi

bench-go: ## Go beside golang-jwt, jwx, go-jose, gorilla, coder and net/http, in interleaved rounds
	@if command -v go >/dev/null 2>&1; then sh benches/go/run.sh; \
	else $(call missing,Go (go)); fi

bench: ## criterion: every stage and the whole decision, beside the floor
	@cargo bench --package doorward-benches

bench-ratio: ## verify against the floor, in interleaved rounds
	@cargo run --quiet --release --package doorward-benches --bin ratio

gen: ## writes what is made from the core's tables, and the hand-written vectors
	@cargo xtask gen
	@$(PYTHON) tests/author/make.py

clean: ## removes what was built
	@cargo clean --quiet
	@rm -rf $(BUILD) tests/bare/target bindings/go/lib bindings/go/internal/abi/built.h

missing = echo "left out: $(1) is not here" && [ "$${CI:-}" != true ]
