#!/bin/sh
# The C library, from C: the header under every standard, the vectors, misuse, threads, no heap; with
# each compiler that is here, then under the sanitizers and valgrind. One line each; details on failure.
#
# build/ffi holds what is made. A second compiler and valgrind are used where they are, and named where
# they are not; gcc must be here, and with CI=true its absence is a failure.
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
    if [ "$1" = gcc ] && [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
    fi
}

libraries_build() {
    cargo build --release --package doorward-ffi &&
        cargo rustc --release --package doorward-ffi --lib --crate-type staticlib \
            --no-default-features --features bare-metal \
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

# Without std: no heap, and nothing that a bare toolchain has not. memcpy and its like, and a division
# of wide integers, come with every C compiler.
bare_symbols() {
    nm "$bare" 2>/dev/null | awk 'NF == 2 && $1 == "U" { print $2 }' | sort -u >"$out/undefined"
    nm --defined-only "$bare" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$out/defined"
    if grep -E '__rust_(alloc|dealloc|realloc)|__rdl_|malloc' "$out/undefined" "$out/defined"; then
        return 1
    fi
    comm -23 "$out/undefined" "$out/defined" |
        grep -v -x -E 'bcmp|memcmp|memcpy|memmove|memset|__udivti3' >"$out/strange" || return 0
    cat "$out/strange"
    return 1
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
    check "$compiler: no heap, without std" no_heap $compiler
    check "$compiler: calls, shared library" shared_library $compiler
    check "$compiler: sanitizers compile" compile $compiler -asan-$compiler -g \
        -fsanitize=address,undefined -fno-sanitize-recover=all
    for program in $programs; do
        check "$compiler: $program, address, undefined behaviour, leaks" run $program-asan-$compiler
    done
done
check 'verdicts: C and Rust, byte for byte' verdicts_agree
check 'the header and the shared library have the same functions' functions_exported
check 'every function is called by a C test' functions_called
check 'without std: no heap, no foreign symbol' bare_symbols
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
