#!/bin/sh
# Builds the package's binary, and one more that can call the core in a loop, and fetches the peers.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm install --no-audit --no-fund --silent --no-package-lock
../../bindings/node/scripts/build.sh
cargo build --quiet --release --package doorward-node --features bench
cp "${CARGO_TARGET_DIR:-../../target}/release/libdoorward_node.so" core.node
