#!/bin/sh
# Builds the binary for this machine and puts it beside the package. Arguments go to cargo.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --release --package doorward-node "$@"
built="${CARGO_TARGET_DIR:-../../target}/release"
target=$(node -p "require('./lib/target.js').targets()[0]")
for library in "$built/libdoorward_node.so" "$built/libdoorward_node.dylib" "$built/doorward_node.dll"; do
    [ -f "$library" ] || continue
    # A running Node keeps the file that it has opened: replaced, not overwritten.
    cp "$library" "doorward.$target.node.tmp"
    strip -S "doorward.$target.node.tmp" 2>/dev/null || echo "not stripped: no strip here"
    mv "doorward.$target.node.tmp" "doorward.$target.node"
    exit 0
done
echo "no library in $built" >&2
exit 1
