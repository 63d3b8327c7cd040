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
MDBOOK := 0.5.4

# Where `make install` puts the C library; DESTDIR stands in front of PREFIX while a package is staged.
PREFIX ?= /usr/local
LIBDIR ?= lib
PLACE = PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' LIBDIR='$(LIBDIR)' sh ffi/install.sh

.PHONY: help docs demo browser disagree agree test test-demo test-paths test-rust test-bare test-features test-c firmware firmware-figures lint lint-python bench bench-stages fuzz bench-ratio bench-guard gen clean \
  library install uninstall go-lib test-go lint-go bench-go test-python bench-python test-node bench-node

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## guarded WebSocket servers behind one policy file, and what they answer to 74 situations
	@sh demo/run.sh

browser: ## a real browser, pages that attack, and each server; needs Node and Chromium
	@if command -v node >/dev/null 2>&1 && [ -x "$${CHROMIUM:-/usr/bin/chromium}" ]; then \
	  { cmp -s tests/browser/package-lock.json $(BUILD)/browser.lock || \
	    { npm --prefix tests/browser ci --no-audit --no-fund --silent && mkdir -p $(BUILD) && \
	      cp tests/browser/package-lock.json $(BUILD)/browser.lock; }; } && \
	  sh demo/run.sh browser; \
	else $(call missing,Node with Chromium); fi

disagree: ## popular JWT libraries against the vectors' tokens; writes docs/disagreement.md, is no part of test
	@if command -v $(PYTHON) >/dev/null 2>&1; then $(PYTHON) tests/disagree/disagree.py; \
	else $(call missing,Python 3); fi

test: lint test-rust test-paths test-bare test-features test-c firmware test-go test-node test-python agree test-demo bench-guard ## everything below, as CI runs it
	@echo "all passed"

test-rust: ## unit tests, documentation examples, vectors, properties, servers
	@cargo test --quiet
	@cargo xtask check
	@printf 'Rust: '; cargo run --quiet --package doorward-tests --bin vectors

test-paths: ## every vector on each path that a CPU may take: portable code, software SHA, both; AVX2 throughout
	@for flags in '--cfg doorward_backend="portable"' '--cfg sha2_backend="soft"' \
	  '--cfg doorward_backend="portable" --cfg sha2_backend="soft"' '-C target-cpu=x86-64-v3'; do \
	  case $$flags in *v3) grep -qw avx2 /proc/cpuinfo 2>/dev/null || continue ;; esac; \
	  printf '%s: ' "$$flags"; RUSTFLAGS="$$flags" CARGO_TARGET_DIR=$(BUILD)/paths \
	    cargo run --quiet --package doorward-tests --bin vectors || exit 1; done
	@RUSTFLAGS='--cfg doorward_backend="portable"' CARGO_TARGET_DIR=$(BUILD)/paths \
	  cargo test --quiet --package doorward-tests --test paths

test-bare: ## the core links without std, and no panic is reachable in it
	@if command -v cc >/dev/null 2>&1; then sh tests/bare/check.sh; \
	else $(call missing,a C compiler (cc)); fi

test-features: ## the core and the C library with each set of features that an image may leave out
	@sh tests/features.sh

firmware: ## the vectors and the C example on an emulated Cortex-M4; flash and stack within their limits
	@sh firmware/run.sh

firmware-figures: ## measures every set of features, and writes the tables of firmware/README.md
	@sh firmware/run.sh figures

test-c: ## the C library from C: header, vectors, misuse, threads, sanitizers, package, server
	@if command -v gcc >/dev/null 2>&1; then \
	  sh ffi/tests/run.sh && sh ffi/tests/package.sh && sh ffi/tests/upgrade.sh; \
	else $(call missing,a C compiler (gcc)); fi

docs: ## the manual as a site, in build/site, and that no link in it is dead; builds mdBook the first time
	@[ "$$($(BUILD)/mdbook/bin/mdbook --version 2>/dev/null)" = 'mdbook v$(MDBOOK)' ] || { \
	  echo 'building: mdBook' >&2; \
	  cargo install --quiet --locked --root $(BUILD)/mdbook --target-dir $(BUILD)/mdbook/target \
	    --no-default-features --features search --version $(MDBOOK) mdbook && rm -rf $(BUILD)/mdbook/target; }
	@$(BUILD)/mdbook/bin/mdbook build
	@cargo xtask site

agree: ## every language's vector runner, and that all of them answer with the same bytes
	@sh tests/agree.sh

test-demo: ## the five servers of the demo, each with every situation; the first page's part of the table
	@mkdir -p $(BUILD) && if sh demo/run.sh >$(BUILD)/demo.table; then \
	  sh demo/first_page.sh $(BUILD)/demo.table && tail -n 1 $(BUILD)/demo.table; \
	else cat $(BUILD)/demo.table; false; fi

go-lib: ## the static library for Go, in bindings/go/lib/<os>_<arch>
	@if command -v go >/dev/null 2>&1; then sh bindings/go/lib.sh; \
	else $(call missing,Go (go)); fi

test-go: ## Go: vectors, real servers, races, leaks, fuzzing for seconds, a new module of a user's
	@if command -v go >/dev/null 2>&1; then sh bindings/go/test.sh; \
	else $(call missing,Go (go)); fi

test-node: ## the Node package: vectors, servers, types, package, workers
	@if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then sh bindings/node/test/run.sh; \
	else $(call missing,Node with npm); fi

test-python: ## the Python package: wheel, types, vectors, real servers, README in a fresh environment
	@if command -v $(PYTHON) >/dev/null 2>&1; then \
	  BUILD=$(BUILD) PYTHON=$(PYTHON) sh bindings/python/check.sh; \
	else $(call missing,Python 3); fi

lint: lint-python lint-go ## format, clippy, documentation, with warnings as errors
	@cargo fmt --all --check
	@rustfmt --check --edition 2024 tests/disagree/rust/src/main.rs
	@cargo clippy --all-targets --quiet -- --deny warnings
	@RUSTDOCFLAGS='--deny warnings' cargo doc --no-deps --document-private-items --quiet
	@if command -v $(PYTHON) >/dev/null 2>&1; then \
	  cargo clippy --package doorward-python --all-features --quiet -- --deny warnings && \
	  RUSTDOCFLAGS='--deny warnings' cargo doc --package doorward-python --no-deps --document-private-items --quiet; \
	else $(call missing,Python 3); fi
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
	  $(VENV)/bin/mypy --strict --no-error-summary --cache-dir $(BUILD)/mypy tests/disagree/*.py && \
	  $(VENV)/bin/ruff check --quiet --config tests/author/ruff.toml ffi/tests && \
	  $(VENV)/bin/ruff format --quiet --check --config tests/author/ruff.toml ffi/tests && \
	  $(VENV)/bin/mypy --strict --no-error-summary --cache-dir $(BUILD)/mypy ffi/tests/*.py; \
	else $(call missing,Python 3); fi

lint-go: ## Go: gofmt, go vet, staticcheck
	@if command -v go >/dev/null 2>&1; then sh bindings/go/lint.sh; \
	else $(call missing,Go (go)); fi

bench-go: ## Go beside golang-jwt, jwx, go-jose, gorilla, coder and net/http, in interleaved rounds
	@if command -v go >/dev/null 2>&1; then sh benches/go/run.sh; \
	else $(call missing,Go (go)); fi

bench: ## core and every language beside their peers: benches/results.json, docs/bench.svg, docs/scaling.svg; QUICK=1 for a look
	@if command -v $(PYTHON) >/dev/null 2>&1; then \
	  $(PYTHON) benches/bench.py $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) && \
	  { cmp -s benches/requirements.txt $(BUILD)/venv-bench-plot/installed.txt || \
	    { $(PYTHON) -m venv $(BUILD)/venv-bench-plot && $(BUILD)/venv-bench-plot/bin/python -m pip install \
	      --quiet --disable-pip-version-check -r benches/requirements.txt && \
	      cp benches/requirements.txt $(BUILD)/venv-bench-plot/installed.txt; }; } && \
	  $(BUILD)/venv-bench-plot/bin/python benches/plot.py; \
	else $(call missing,Python 3); fi

bench-stages: ## criterion: every stage and the whole decision, beside the floor
	@cargo bench --package doorward-benches

bench-node: ## the Node package beside jsonwebtoken, jose, fast-jwt and others
	@if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then sh benches/node/run.sh; \
	else $(call missing,Node with npm); fi

bench-ratio: ## verify against the floor, in interleaved rounds
	@cargo run --quiet --release --package doorward-benches --bin ratio

fuzz: ## each fuzz target for so many executions (RUNS=200000), on the stable compiler; needs clang's or GCC's C++
	@sh fuzz/run.sh $(RUNS)

bench-guard: ## counts the instructions of fixed work and compares them with those that are stored
	@if command -v valgrind >/dev/null 2>&1; then cargo xtask guard; \
	else $(call missing,valgrind); fi

library: ## the C library as a package has it, in build/package
	@sh ffi/install.sh build

# Root needs no Rust: without cargo, what was built before is installed.
install: ## the C library's header, libraries, doorward.pc and CMake package: PREFIX=/some/folder
	@if command -v cargo >/dev/null 2>&1; then sh ffi/install.sh build; fi
	@$(PLACE) install

uninstall: ## removes what `make install` put there, with the same PREFIX
	@$(PLACE) uninstall

bench-python: ## Python: PyJWT, joserfc, Authlib, python-jose and hand-written code in one interleaved run
	@BUILD=$(BUILD) PYTHON=$(PYTHON) sh benches/python/run.sh

gen: ## writes what is made from the core's tables, and the hand-written vectors
	@cargo xtask gen
	@$(PYTHON) tests/author/make.py

clean: ## removes what was built
	@cargo clean --quiet
	@rm -rf $(BUILD) tests/bare/target bindings/go/lib bindings/go/internal/abi/built.h

missing = echo "left out: $(1) is not here" && [ "$${CI:-}" != true ]
