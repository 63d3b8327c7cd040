#!/bin/sh
# Interleaved rounds of all contenders; then, with BENCHSTAT=FILE, the go command's own benchmarks for benchstat.
set -eu
from=$PWD
cd "$(dirname "$0")/../.."
mkdir -p build/go
. bindings/go/env.sh
sh bindings/go/lib.sh
go build -C benches/go -o "$PWD/build/go/bench" .
bench=$PWD/build/go/bench
(cd "$from" && "$bench" "$@")
if [ -n "${BENCHSTAT:-}" ]; then
    go test -C benches/go -run '^$' -bench . -count 10 >"$BENCHSTAT"
fi
