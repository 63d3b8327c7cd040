#!/bin/sh
# Interleaved rounds of all contenders; then, with BENCHSTAT=FILE, the go command's own benchmarks for benchstat.
set -eu
from=$PWD
cd "$(dirname "$0")/../.."
sh benches/go/build.sh
bench=$PWD/build/go/bench
(cd "$from" && "$bench" "$@")
if [ -n "${BENCHSTAT:-}" ]; then
    . bindings/go/env.sh
    go test -C benches/go -run '^$' -bench . -count 10 >"$BENCHSTAT"
fi
