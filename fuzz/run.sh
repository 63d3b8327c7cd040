#!/bin/sh
# Fuzzes each target for so many executions: sh fuzz/run.sh [RUNS] [TARGET...]
#
# libFuzzer over what rustc's own LLVM instruments; the flags are those of cargo-fuzz, without a sanitizer,
# so that the stable compiler does. What is found stands in build/fuzz/TARGET.
set -eu
cd "$(dirname "$0")/.."
runs=${1:-200000}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- verify decide policy json origin capability
host=$(rustc --version --verbose | sed -n 's/^host: //p')
target=$PWD/build/fuzz/target
RUSTFLAGS='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1' \
    CARGO_TARGET_DIR=$target cargo build --quiet --release --target "$host" --manifest-path fuzz/Cargo.toml
for name in "$@"; do
    mkdir -p "build/fuzz/$name"
    "$target/$host/release/$name" -runs="$runs" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/$name-" "build/fuzz/$name" 2>"build/fuzz/$name.log" || {
        tail -n 40 "build/fuzz/$name.log"
        exit 1
    }
    printf '%s: %s executions, no failure\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log")"
done
