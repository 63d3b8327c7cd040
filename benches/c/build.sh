#!/bin/sh
# Builds build/bench-c/bench, and the tokens that it verifies.
set -eu
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
if ! pkg-config --exists libjwt; then
    echo 'left out: libjwt (libjwt-dev) is not here' >&2
    exit 1
fi
mkdir -p build/bench-c
cargo build --quiet --release --package doorward-ffi --package doorward-benches
"$target/release/tokens" build/bench-c
cc -O2 -Wall -Wextra -Iinclude -o build/bench-c/bench benches/c/bench.c "$target/release/libdoorward.a" \
    $(pkg-config --cflags --libs libjwt) -lm -ldl -lpthread
