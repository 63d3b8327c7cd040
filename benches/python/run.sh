#!/bin/sh
# `make bench-python` calls it from the root; arguments go to bench.py.
set -eu
sh benches/python/build.sh
# Some peers warn of themselves on import.
"${BUILD:-build}/venv-bench-python/bin/python" -W ignore benches/python/bench.py "$@"
