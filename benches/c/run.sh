#!/bin/sh
# doorward beside Debian's libjwt, in C. l8w8jwt comes from no package manager, and is left out.
#     sh benches/c/run.sh FILE [ROUNDS]
set -eu
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
mkdir -p build/bench-c
cargo build --quiet --release --package doorward-ffi --package doorward-benches
"$target/release/tokens" build/bench-c
cc -O2 -Wall -Wextra -Iinclude -o build/bench-c/bench benches/c/bench.c "$target/release/libdoorward.a" \
    $(pkg-config --cflags --libs libjwt) -lm -ldl -lpthread
build/bench-c/bench "${2:-101}" build/bench-c/281.token build/bench-c/1036.token build/bench-c/8192.token |
    tee "$1"
