#!/bin/sh
# Every language's vector runner, and that all their verdict files are the same, byte for byte. The runners are
# those that test-c, test-go, test-node, test-python and firmware have built; with CI=true none may be missing.
set -eu
cd "$(dirname "$0")/.."

out=$PWD/build/verdicts
rm -rf "$out"
mkdir -p "$out"
unset DOORWARD_EXTRA_VECTORS
languages=

# decide LANGUAGE COMMAND...: the runner's closing line.
decide() {
    language=$1
    shift
    DOORWARD_VERDICTS=$out/$language.jsonl
    export DOORWARD_VERDICTS
    if ! "$@" >"$out/$language.log" 2>&1; then
        tail -n 40 "$out/$language.log" >&2
        echo "$language: its runner failed" >&2
        exit 1
    fi
    languages="$languages $language"
}

missing() {
    echo "left out: $1, whose runner is not built here"
    [ "${CI:-}" != true ]
}

go_vectors() {
    (
        . bindings/go/env.sh
        go test -C bindings/go -count=1 -run '^TestVectors$' .
    )
}

python_vectors() {
    (cd bindings/python && ../../build/venv-python/bin/python -m pytest -q -p no:cacheprovider tests/test_vectors.py)
}

decide rust cargo run --quiet --package doorward-tests --bin vectors
if [ -x build/ffi/vectors-gcc ]; then decide c build/ffi/vectors-gcc; else missing C; fi
if [ -f bindings/go/internal/abi/built.h ]; then decide go go_vectors; else missing Go; fi
if [ -d bindings/node/node_modules ]; then decide node node bindings/node/test/vectors.js; else missing Node; fi
if [ -f build/venv-python/installed.txt ]; then decide python python_vectors; else missing Python; fi
# The chip's answers take minutes: those of the run that `make firmware` made of these vectors.
newer=$(find tests/vectors -name '*.json' -newer build/firmware/chip.verdicts 2>/dev/null || echo none)
if [ -f build/firmware/chip.verdicts ] && [ -z "$newer" ]; then
    cp build/firmware/chip.verdicts "$out/cortex-m4.jsonl"
    languages="$languages cortex-m4"
else
    missing 'the Cortex-M4'
fi
# shellcheck disable=SC2086
cargo xtask agree "$out" $languages
