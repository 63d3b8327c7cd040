#!/bin/sh
# The WebSocket server of ffi/examples, knocked at over loopback: built with each compiler that is here,
# then with the sanitizers, then under valgrind. And its door, before a handler that takes a body.
#
# What is not here is named; with CI=true that is a failure.
set -eu
cd "$(dirname "$0")/../.."

out=$PWD/build/upgrade
passed=0
failed=0
mkdir -p "$out"

missing() {
    echo "left out: $1 is not here"
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    test "$failed" -eq 0
    exit
}

here() { command -v "$1" >/dev/null 2>&1; }

# knock DESCRIPTION COMMAND...: the client's own count, and its lines where a case failed.
knock() {
    what=$1
    shift
    if python3 ffi/tests/upgrade.py "$@" >"$out/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $what: $(tail -n 1 "$out/log")"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$out/log" | cut -c 1-300 | tail -n 40
    fi
}

# build PROGRAM SOURCE COMPILER FLAGS...
build() {
    program=$1
    source=$2
    shift 2
    if "$@" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -Iinclude "$source" \
        ffi/examples/doorward_microhttpd.c build/package/libdoorward.a -lmicrohttpd -lwslay -lcrypto -lpthread -lm -ldl -o "$out/$program" \
        >"$out/log" 2>&1; then
        return 0
    fi
    failed=$((failed + 1))
    echo "FAILED  $program compiles"
    sed 's/^/        /' "$out/log" | tail -n 40
    return 1
}

# A handler that is called for each piece of a body.
body() {
    printf '[[capability]]\nid = "ci"\ntoken = "a-token-of-thirty-characters-1"\n' >"$out/door.toml"
    if "$out/$1" "$out/door.toml" >"$out/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $1: $(tail -n 1 "$out/log")"
    else
        failed=$((failed + 1))
        echo "FAILED  $1"
        sed 's/^/        /' "$out/log" | tail -n 40
    fi
}

here python3 || { missing 'Python 3' && finish; }
here gcc || { missing gcc && finish; }
for header in microhttpd.h wslay/wslay.h openssl/evp.h; do
    echo "#include <$header>" | gcc -E -x c - >/dev/null 2>&1 || { missing "$header" && finish; }
done
ffi/install.sh build

for compiler in gcc clang; do
    if ! here $compiler; then
        missing $compiler
        continue
    fi
    if build upgrade-$compiler ffi/examples/upgrade.c $compiler -O2; then
        knock "$compiler" "$out/upgrade-$compiler"
    fi
    if build upgrade-asan-$compiler ffi/examples/upgrade.c $compiler -g -fsanitize=address,undefined -fno-sanitize-recover=all; then
        knock "$compiler, address, undefined behaviour, leaks" "$out/upgrade-asan-$compiler"
    fi
    if build door-asan-$compiler ffi/tests/door.c $compiler -g -fsanitize=address,undefined -fno-sanitize-recover=all; then
        body door-asan-$compiler
    fi
done
if ! here valgrind; then
    missing valgrind
elif build upgrade-valgrind ffi/examples/upgrade.c gcc -g; then
    DOORWARD_PATIENCE=60
    export DOORWARD_PATIENCE
    knock 'valgrind' valgrind --quiet --error-exitcode=9 --leak-check=full \
        --errors-for-leak-kinds=definite,possible "$out/upgrade-valgrind"
fi
finish
