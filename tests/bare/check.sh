#!/bin/sh
# Proves that doorward-core needs no std and cannot panic, and that this proof would notice.
#
# The SHA-2 backend is the portable one, as on a microcontroller. (sha2's AVX2 code for SHA-512
# keeps two bounds checks, in loops of constant length. They go where LLVM unrolls those:
# DOORWARD_BARE_RUSTFLAGS='-C llvm-args=-unroll-threshold=20000' ./check.sh)
set -eu
cd "$(dirname "$0")"

RUSTFLAGS=${DOORWARD_BARE_RUSTFLAGS-'--cfg sha2_backend="soft"'}
export RUSTFLAGS
unset CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
target=${CARGO_TARGET_DIR:-target}
library=$target/release/libdoorward_bare.a
log=$target/check.log
program=$target/check
passed=0
failed=0

# check DESCRIPTION FUNCTION: one line, and the log of what failed.
check() {
    if "$2" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1"
        sed 's/^/        /' "$log"
    fi
}

build() {
    cargo build --release --locked "$@"
}

link() {
    cc -std=c99 -Wall -Wextra "$@" -o "$program" main.c "$library" -Wl,--gc-sections
}

builds() {
    build
}

cannot_panic() {
    link && "$program"
}

notices_a_panic() {
    build --features planted-panic || return 1
    if link -DPLANTED_PANIC; then
        echo "it links"
        return 1
    fi
    grep -qE 'undefined (reference|symbol).*doorward_can_panic' "$log"
}

notices_std() {
    if build --features planted-std; then
        echo "it builds"
        return 1
    fi
    grep -qF 'error[E0152]' "$log"
}

mkdir -p "$target"
check "builds without std" builds
check "links without a reachable panic, and decides" cannot_panic
check "a planted panic does not link" notices_a_panic
check "a planted std does not build" notices_std
echo "$passed passed, $failed failed"
test "$failed" -eq 0
