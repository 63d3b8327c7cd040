#!/bin/sh
# Go: every vector, the servers, races, fuzzing for seconds, and what a user of the module meets. One line each;
# details on failure. What is fetched and built goes to build/go.
set -eu
cd "$(dirname "$0")/../.."

out=$PWD/build/go
mkdir -p "$out"
. bindings/go/env.sh
passed=0
failed=0

# check DESCRIPTION COMMAND...: one line, and the log of what failed.
check() {
    what=$1
    shift
    if "$@" >"$out/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $what$(sed -n 's/^\([0-9]* passed, 0 failed\)$/: \1/p' "$out/log" | tail -n 1)"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$out/log" | cut -c 1-200 | tail -n 40
    fi
}

library() { go test -C bindings/go -count=1 ./... -v "$@"; }

servers() { go test -C bindings/go/integration -count=1 ./... "$@"; }

vectors() {
    DOORWARD_VERDICTS=$out/go.verdicts go test -C bindings/go -count=1 -run '^TestVectors$' -v .
}

# What Go answers is what Rust answers, byte for byte.
verdicts_agree() {
    (
        unset DOORWARD_EXTRA_VECTORS
        DOORWARD_VERDICTS=$out/rust.verdicts \
            cargo run --quiet --package doorward-tests --bin vectors
    ) && cmp "$out/rust.verdicts" "$out/go.verdicts"
}

# A vector that is changed fails, and an unknown field is refused: the runner looks.
vectors_can_fail() {
    for change in 's/"code": *2103/"code":2104/' 's/"id":/"surprise":1,"id":/' 's/"count":/"count":1/'; do
        rm -rf "$out/wrong"
        mkdir "$out/wrong"
        sed "$change" tests/vectors/host.json >"$out/wrong/host.json"
        ! cmp -s tests/vectors/host.json "$out/wrong/host.json" || return 1
        ! DOORWARD_VECTORS=$out/wrong go test -C bindings/go -count=1 -run '^TestVectors$' . || return 1
    done
}

# Random requests, decided by Go, are put to Rust's runner as vectors.
random() {
    rm -rf "$out/random"
    mkdir "$out/random"
    DOORWARD_RANDOM=$out/random go test -C bindings/go -count=1 -run '^TestRandomVectors$' -v . &&
        (
            unset DOORWARD_EXTRA_VECTORS DOORWARD_VERDICTS
            DOORWARD_VECTORS=$out/random cargo run --quiet --package doorward-tests --bin vectors
        )
}

fuzz() { go test -C bindings/go -run '^$' -fuzz "^$1\$" -fuzztime "${2:-10s}" .; }

# Without cgo the compiler names the way out.
without_cgo() {
    ! CGO_ENABLED=0 go build -C bindings/go . 2>"$out/cgo" || return 1
    cat "$out/cgo"
    grep -q doorward_needs_cgo_build_with_CGO_ENABLED_1 "$out/cgo"
}

# With the tag doorward_system the library is found by pkg-config. Both checks use one place: the go command keeps what
# pkg-config said.
installed() {
    rm -rf "$out/installed"
    mkdir -p "$out/installed"
    cp "bindings/go/lib/$(go env GOOS)_$(go env GOARCH)/libdoorward.a" "$out/installed/"
    printf 'Name: doorward\nDescription: the installed library\nVersion: 0.1.0\nLibs: %s -lm -ldl -lpthread\n' \
        "$out/installed/libdoorward.a" >"$out/installed/doorward.pc"
}

system_library() {
    installed
    PKG_CONFIG_PATH=$out/installed go test -C bindings/go -count=1 -tags doorward_system -run '^TestWho' .
}

# A library of another version does not link: the ABI's symbol is not in it.
other_version() {
    installed
    objcopy --redefine-sym doorward_abi_0_1=doorward_abi_0_0 "$out/installed/libdoorward.a"
    ! PKG_CONFIG_PATH=$out/installed go test -C bindings/go -tags doorward_system -c -o "$out/installed/test" . \
        2>"$out/installed/log" || return 1
    cat "$out/installed/log"
    grep -q doorward_abi_0_1 "$out/installed/log"
}

check 'the library builds' sh bindings/go/lib.sh
check 'vectors' vectors
check 'verdicts: Go and Rust, byte for byte' verdicts_agree
check 'the vector runner can fail' vectors_can_fail
check 'package: decisions, races, leaks, allocations, examples' library
check 'package, race detector' library -race
check 'servers: gorilla, coder, chi, gin, TLS, HTTP/2; golang-jwt side by side' servers
check 'servers, race detector' servers -race -skip 'TestReadmeExample|TestFirstPage'
check "random requests: Go's verdict is that of Rust's runner" random
for target in FuzzDecide FuzzJWT; do
    check "fuzzing: $target" fuzz $target
done
check 'without cgo the compiler names the way out' without_cgo
if command -v objcopy >/dev/null 2>&1 && command -v pkg-config >/dev/null 2>&1; then
    check 'the tag doorward_system' system_library
    check 'a library of another version does not link' other_version
else
    echo 'left out: objcopy and pkg-config are not here'
    [ "${CI:-}" != true ] || failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
test "$failed" -eq 0
