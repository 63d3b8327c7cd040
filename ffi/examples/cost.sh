#!/bin/sh
# What the C boundary costs, in instructions: valgrind counts them, so that no other load disturbs. Two
# numbers of calls, and their difference, leave out what happens before the first.
set -eu
cd "$(dirname "$0")/../.."
cargo build --quiet --release --package doorward-ffi --example cost
cost=${CARGO_TARGET_DIR:-target}/release/examples/cost
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# count CASE SIDE CALLS
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$cost" "$@" 2>&1 |
        sed -n 's/.*Collected : *//p'
}

printf '%-18s%10s%10s%10s\n' 'instructions' Rust C more
for case in capability 'capability, kept' signed 'signed, kept' denied 'no heap' 'capability match' 'jwt verify' origin; do
    for side in rust c; do
        echo $((($(count "$case" $side 3000) - $(count "$case" $side 1000)) / 2000))
    done >"$out"
    { read -r rust && read -r c; } <"$out"
    printf '%-18s%10d%10d%10d\n' "$case" "$rust" "$c" $((c - rust))
done
