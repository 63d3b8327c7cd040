#!/bin/sh
# The C library, from C: the header under every standard, the vectors, misuse, threads, no heap; with
# each compiler that is here, then under the sanitizers and valgrind. One line each; details on failure.
#
# build/ffi holds what is made. What a check needs and is not here is named, and with CI=true it is a
# failure: gcc, clang, valgrind, and a Rust toolchain with the source of std, of which the sanitizers that
# look into the Rust code build a std of their own (Debian: rustc-web cargo-web rust-web-src).
set -eu
cd "$(dirname "$0")/../.."

out=$PWD/build/ffi
target=${CARGO_TARGET_DIR:-target}
flags='-Wall -Wextra -Wpedantic -Werror -Iinclude -Iffi/tests'
flags="$flags -I$out -D_POSIX_C_SOURCE=200809L"
libraries='-lpthread -ldl -lm'
programs='abi calls misuse threads vectors'
passed=0
failed=0
mkdir -p "$out"

# check DESCRIPTION COMMAND...: one line, and the log of what failed.
check() {
    what=$1
    shift
    if "$@" >"$out/log" 2>&1; then
        passed=$((passed + 1))
        # The last line of a program is its own count.
        echo "ok      $what$(tail -n 1 "$out/log" | sed -n 's/^\([0-9]* passed, 0 failed\)$/: \1/p')"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$out/log" | cut -c 1-200 | tail -n 40
    fi
}

missing() {
    echo "left out: $1 is not here"
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
    fi
}

libraries_build() {
    cargo build --release --package doorward-ffi &&
        RUSTFLAGS='--cfg sha2_backend="soft"' \
            cargo rustc --release --package doorward-ffi --lib --crate-type staticlib \
            --no-default-features --features 'bare-metal hs384-512 origin' \
            --config 'profile.release.panic="abort"' --target-dir "$out/bare" &&
        cargo run --quiet --package xtask -- c-vectors "$out/vectors.inc"
}

library=$target/release/libdoorward.a
shared=$target/release/libdoorward.so
bare=$out/bare/release/libdoorward.a

# The header alone, under each standard.
header_c() {
    printf '#include "doorward.h"\nint main(void) { return DOORWARD_OK; }\n' >"$out/header.c"
    for standard in c99 c11 c17 c2x; do
        # shellcheck disable=SC2086
        "$1" -std=$standard $flags -c "$out/header.c" -o "$out/header.o" || return 1
    done
}

header_cc() {
    printf '#include "doorward.h"\nint main() { return DOORWARD_OK; }\n' >"$out/header.cc"
    # shellcheck disable=SC2086
    "$1" -std=c++17 $flags -c "$out/header.cc" -o "$out/header.o"
}

# compile COMPILER SUFFIX FLAGS...: every program.
compile() {
    compiler=$1
    suffix=$2
    shift 2
    for program in $programs; do
        # shellcheck disable=SC2086
        "$compiler" -std=c99 $flags -Wno-overlength-strings "$@" "ffi/tests/$program.c" \
            "$library" $libraries -o "$out/$program$suffix" || return 1
    done
}

# run PROGRAM PREFIX...: with the arguments that it takes; under valgrind with fewer rounds.
run() {
    program=$1
    shift
    case $program in
    threads*) "$@" "$out/$program" "$out/threads.json" "${rounds:-2000}" ;;
    misuse*) "$@" "$out/$program" "${rounds:-20000}" ;;
    vectors*)
        DOORWARD_VERDICTS=$out/c.verdicts "$@" "$out/$program"
        ;;
    *) "$@" "$out/$program" ;;
    esac
}

# What Rust answers to every case is what C answers, byte for byte.
verdicts_agree() {
    (
        unset DOORWARD_EXTRA_VECTORS
        DOORWARD_VERDICTS=$out/rust.verdicts \
            cargo run --quiet --package doorward-tests --bin vectors
    ) && cmp "$out/rust.verdicts" "$out/c.verdicts"
}

# The functions of the header are those of the shared library, no more and no fewer.
functions_exported() {
    sed -n 's/.*[ *]\(doorward_[a-z0-9_]*\)(.*/\1/p' include/doorward.h |
        sort -u >"$out/declared"
    nm -D --defined-only "$shared" | awk '{ print $3 }' | sed 's/@.*//' | grep '^doorward_' |
        sort -u >"$out/exported"
    # Comments name functions with their parentheses too; all of them must exist.
    diff "$out/declared" "$out/exported"
}

functions_called() {
    while read -r function; do
        grep -q "$function(\|&$function\b" ffi/tests/*.c ffi/examples/*.c || {
            echo "no C test calls $function"
            return 1
        }
    done <"$out/exported"
}

# Without std, with the SHA-2 of a microcontroller: what the exported functions reach, in one object.
bare_object() {
    nm --defined-only "$1" 2>/dev/null | awk '$2 == "T" && $3 ~ /^doorward_/ { print "-u", $3 }' |
        sort -u >"$out/roots"
    test -s "$out/roots" || return 1
    # shellcheck disable=SC2046
    ld -r --gc-sections $(cat "$out/roots") "$1" -o "$out/bare.o"
}

# memcpy and its like come with every C compiler.
bare_symbols() {
    bare_object "$bare" || return 1
    nm "$out/bare.o" >"$out/symbols"
    if grep -E '__rust_(alloc|dealloc|realloc)|__rdl_|malloc' "$out/symbols"; then
        return 1
    fi
    awk '$1 == "U" { print $2 }' "$out/symbols" |
        grep -v -x -E 'bcmp|memcmp|memcpy|memmove|memset' >"$out/strange" || return 0
    cat "$out/strange"
    return 1
}

# Every panic ends in core::panicking: the linker finds nothing that leads there.
bare_no_panic() {
    bare_object "$bare" && nm "$out/bare.o" >"$out/symbols" &&
        grep -q doorward_gate_decide "$out/symbols" && ! grep -i panick "$out/symbols"
}

# The same of a library that has one.
bare_panic_noticed() {
    cat >"$out/planted.rs" <<'end'
#![no_std]
#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! { loop { core::hint::spin_loop() } }
#[unsafe(no_mangle)]
pub extern "C" fn doorward_planted(at: usize) -> u8 { [1, 2, 3][at] }
end
    rustc --edition 2024 --crate-type staticlib -C opt-level=3 -C panic=abort -C lto=fat \
        "$out/planted.rs" -o "$out/planted.a" && bare_object "$out/planted.a" && nm "$out/bare.o" | grep -i panick
}

no_heap() {
    # shellcheck disable=SC2086
    "$1" -std=c99 $flags ffi/examples/no_heap.c "$bare" -Wl,--gc-sections -o "$out/no_heap" &&
        "$out/no_heap"
}

shared_library() {
    # shellcheck disable=SC2086
    "$1" -std=c99 $flags ffi/tests/calls.c "$shared" -Wl,-rpath,"$(dirname "$shared")" \
        -o "$out/calls-shared" && "$out/calls-shared"
}

# The library as it is in a program that is compiled for newer CPUs throughout.
wide_build() {
    RUSTFLAGS='-C target-cpu=x86-64-v3' \
        cargo build --release --package doorward-ffi --lib --target-dir "$out/wide" &&
        sh ffi/tests/wide.sh "$out/wide/release/libdoorward.so"
}

# A cargo and a rustc that have the source of std; nothing if there are none.
find_std_source() {
    for cargo in "$(command -v cargo)" /usr/bin/cargo; do
        rustc=$(dirname "$cargo")/rustc
        root=$("$rustc" --print sysroot 2>/dev/null) || continue
        if [ -f "$root/lib/rustlib/src/rust/library/std/Cargo.toml" ]; then
            echo "$cargo"
            return
        fi
    done
}

# rust_sanitized thread|address: the library and its std, with the sanitizer's checks in them.
rust_sanitized() {
    RUSTC_BOOTSTRAP=1 RUSTC=$(dirname "$std_cargo")/rustc RUSTFLAGS="-Zsanitizer=$1" \
        "$std_cargo" build --package doorward-ffi --lib -Zbuild-std \
        --target "$host" --target-dir "$out/rust-$1"
}

# compile_sanitized thread|address PROGRAM...
compile_sanitized() {
    sanitizer=$1
    shift
    for program in "$@"; do
        # shellcheck disable=SC2086
        clang -std=c99 $flags -Wno-overlength-strings -fno-builtin -g -O1 -fsanitize="$sanitizer" \
            "ffi/tests/$program.c" ffi/tests/tsan.c "$out/rust-$sanitizer/$host/debug/libdoorward.a" \
            $libraries -o "$out/$program-rust-$sanitizer" || return 1
    done
}

# Without the lock of the caller's the threads race for the tickets, and the sanitizer says so. It looks
# at the library's own memory accesses, then: the C program has no access of its own there.
race_noticed() {
    # On a busy machine the threads may take turns by chance: then no two meet.
    tries=20
    while "$out/threads-rust-thread" "$out/race.json" 100 unlocked; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || {
            echo 'nothing was noticed'
            return 1
        }
    done
    grep -q 'ThreadSanitizer: data race' "$out/log" && grep -q 'doorward_ticket_redeem' "$out/log"
}

check 'the libraries build: with std and without' libraries_build
for compiler in gcc clang; do
    if ! command -v $compiler >/dev/null 2>&1; then
        missing $compiler
        continue
    fi
    case $compiler in gcc) cc=g++ ;; *) cc=clang++ ;; esac
    check "$compiler: the header as C99, C11, C17 and C23" header_c $compiler
    if command -v $cc >/dev/null 2>&1; then
        check "$cc: the header as C++17" header_cc $cc
    else
        missing $cc
    fi
    check "$compiler: compiles" compile $compiler -$compiler -O2
    for program in $programs; do
        check "$compiler: $program" run $program-$compiler
    done
    # Constants below 4 GiB, at which the look with AVX2 does not say yes.
    check "$compiler: compiles, at a fixed place" compile $compiler -fixed-$compiler -O2 -fno-pie -no-pie
    for program in $programs; do
        check "$compiler: $program, at a fixed place" run $program-fixed-$compiler
    done
    check "$compiler: no heap, without std" no_heap $compiler
    check "$compiler: calls, shared library" shared_library $compiler
    check "$compiler: sanitizers compile" compile $compiler -asan-$compiler -g \
        -fsanitize=address,undefined -fno-sanitize-recover=all
    for program in $programs; do
        check "$compiler: $program, address, undefined behaviour, leaks" run $program-asan-$compiler
    done
done
check 'verdicts: C and Rust, byte for byte' verdicts_agree
if [ "$(uname -m)" = x86_64 ]; then
    check 'the SHA instructions meet no register of 256 bits' sh ffi/tests/wide.sh "$shared"
    check 'nor where all is compiled for AVX2' wide_build
fi
check 'the header and the shared library have the same functions' functions_exported
check 'every function is called by a C test' functions_called
check 'without std: no heap, no foreign symbol' bare_symbols
check 'without std: no panic is reached' bare_no_panic
check 'without std: a panic would be noticed' bare_panic_noticed
std_cargo=$(find_std_source)
if [ -n "$std_cargo" ] && command -v clang >/dev/null 2>&1; then
    host=$("$(dirname "$std_cargo")/rustc" -vV | sed -n 's/^host: //p')
    check 'thread sanitizer in Rust and C: builds' rust_sanitized thread
    check 'thread sanitizer in Rust and C: compiles' compile_sanitized thread threads
    check 'thread sanitizer: eight threads decide, one reloads' run threads-rust-thread
    check 'thread sanitizer: a race would be noticed' race_noticed
    check 'address sanitizer in Rust and C: builds' rust_sanitized address
    # shellcheck disable=SC2086
    check 'address sanitizer in Rust and C: compiles' compile_sanitized address $programs
    for program in $programs; do
        check "address sanitizer in Rust and C: $program" run $program-rust-address
    done
else
    missing 'a Rust toolchain with the source of std, or clang'
fi
if command -v valgrind >/dev/null 2>&1; then
    rounds=300
    for program in $programs; do
        check "valgrind: $program" run $program-gcc valgrind --quiet --error-exitcode=1 \
            --leak-check=full --errors-for-leak-kinds=definite,possible
    done
else
    missing valgrind
fi
echo "$passed passed, $failed failed"
test "$failed" -eq 0
