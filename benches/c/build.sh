#!/bin/sh
# Builds build/bench-c/bench, and the tokens that it verifies; with l8w8jwt where L8W8JWT names the folder of a build.
set -eu
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
if ! pkg-config --exists libjwt; then
    echo 'left out: libjwt (libjwt-dev) is not here' >&2
    exit 1
fi
set --
if [ -n "${L8W8JWT:-}" ]; then
    if [ ! -f "$L8W8JWT/lib/libl8w8jwt.a" ] || [ ! -f "$L8W8JWT/include/l8w8jwt/decode.h" ]; then
        echo "L8W8JWT=$L8W8JWT: lib/libl8w8jwt.a or include/l8w8jwt/decode.h is not there" >&2
        exit 1
    fi
    set -- -DWITH_L8W8JWT "-I$L8W8JWT/include" "$L8W8JWT/lib/libl8w8jwt.a" \
        "-L$L8W8JWT/lib" -lmbedtls -lmbedx509 -lmbedcrypto
fi
mkdir -p build/bench-c
cargo build --quiet --release --package doorward-ffi --package doorward-benches
"$target/release/tokens" build/bench-c
cc -O2 -Wall -Wextra -Iinclude -o build/bench-c/bench benches/c/bench.c "$target/release/libdoorward.a" \
    $(pkg-config --cflags --libs libjwt) "$@" -lm -ldl -lpthread
