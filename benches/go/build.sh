#!/bin/sh
# Builds build/go/bench.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build/go
. bindings/go/env.sh
sh bindings/go/lib.sh
go build -C benches/go -o "$PWD/build/go/bench" .
