#!/bin/sh
# Builds a guarded server in each language whose toolchain is here and starts the demo with them; what is built
# stays, so the next run starts at once. Arguments go to the demo, `sh demo/run.sh browser ...` to the browser's
# tests, for which each server is built a second time with doorward taken out.
set -eu
cd "$(dirname "$0")/.."

out=$PWD/build/demo
mkdir -p "$out"

here() { command -v "$1" >/dev/null 2>&1; }
building() { echo "building: $1" >&2; }
missing() {
    echo "left out: $1 is not here" >&2
    [ "${CI:-}" != true ]
}

# quietly COMMAND...: its output only if it fails.
quietly() { "$@" >"$out/log" 2>&1 || { cat "$out/log" >&2 && false; }; }

command=demo
if [ "${1:-}" = browser ]; then
    command=browser
    shift
fi

target=${CARGO_TARGET_DIR:-target}
bare=tests/browser/unguarded
building 'the axum server'
quietly cargo build --package doorward-demo --package doorward-ffi
servers=$out/servers
unguarded=$out/unguarded
echo "axum=$target/debug/doorward-demo-axum" >"$servers"
echo "axum=$target/debug/doorward-demo-unguarded" >"$unguarded"

if here gcc && printf '#include <microhttpd.h>\n#include <wslay/wslay.h>\n#include <openssl/evp.h>\n' |
    gcc -E -x c - >/dev/null 2>&1; then
    building 'the C server'
    quietly gcc -O2 -std=c11 -D_GNU_SOURCE -Iinclude ffi/examples/upgrade.c ffi/examples/doorward_microhttpd.c \
        "$target/debug/libdoorward.a" -lmicrohttpd -lwslay -lcrypto -lpthread -lm -ldl -o "$out/c"
    echo "C=$out/c" >>"$servers"
    if [ $command = browser ]; then
        quietly gcc -O2 -std=c11 -D_GNU_SOURCE $bare/upgrade.c -lmicrohttpd -lwslay -lcrypto -lpthread \
            -o "$out/c-unguarded"
        echo "C=$out/c-unguarded" >>"$unguarded"
    fi
else
    missing 'gcc with libmicrohttpd, libwslay and libssl'
fi

if here go && here gcc; then
    building 'the Go server'
    quietly sh bindings/go/lib.sh
    (
        . bindings/go/env.sh
        quietly go build -C bindings/go/integration -o "$out/go" ./server
        [ $command != browser ] ||
            quietly go build -C bindings/go/integration -o "$out/go-unguarded" ../../../$bare/main.go
    )
    echo "Go=$out/go" >>"$servers"
    echo "Go=$out/go-unguarded" >>"$unguarded"
else
    missing 'Go with gcc'
fi

if here node && here npm; then
    building 'the Node server'
    if ! cmp -s bindings/node/package-lock.json build/node/package-lock.json; then
        quietly npm --prefix bindings/node ci --no-audit --no-fund
        mkdir -p build/node
        cp bindings/node/package-lock.json build/node/package-lock.json
    fi
    quietly sh bindings/node/scripts/build.sh
    echo "Node=node bindings/node/examples/websocket.mjs" >>"$servers"
    echo "Node=node $bare/websocket.mjs" >>"$unguarded"
else
    missing 'Node with npm'
fi

if here "${PYTHON:-python3}"; then
    building 'the Python server'
    pins=$(grep -E '^(maturin|uvicorn|websockets)==' bindings/python/requirements-dev.txt)
    if [ "$(cat "$out/venv/pins" 2>/dev/null)" != "$pins" ]; then
        quietly "${PYTHON:-python3}" -m venv --clear "$out/venv"
        # shellcheck disable=SC2086
        quietly "$out/venv/bin/python" -m pip install --disable-pip-version-check $pins
        echo "$pins" >"$out/venv/pins"
    fi
    VIRTUAL_ENV=$out/venv quietly "$out/venv/bin/maturin" develop --release --locked -m bindings/python/Cargo.toml
    echo "Python=$out/venv/bin/python bindings/python/examples/websocket.py" >>"$servers"
    echo "Python=$out/venv/bin/python $bare/websocket.py" >>"$unguarded"
else
    missing 'Python 3'
fi

while read -r server; do
    set -- "$@" --server "$server"
done <"$servers"
case $command in
demo) exec "$target/debug/doorward-demo" "$@" ;;
browser)
    while read -r server; do
        set -- "$@" --unguarded "$server"
    done <"$unguarded"
    exec node tests/browser/browser.mjs "$@"
    ;;
esac
