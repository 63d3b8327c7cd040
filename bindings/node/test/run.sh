#!/bin/sh
# Builds the binary for this machine and tests the package from every side. Needs node, npm and cargo.
set -eu
cd "$(dirname "$0")/.."
root=$(cd ../.. && pwd)
out="$root/build/node"
mkdir -p "$out"

# Exactly what the lockfile says; left alone while that is as it was.
if ! cmp -s package-lock.json "$out/package-lock.json" || [ ! -d node_modules ]; then
    npm ci --no-audit --no-fund --silent
    cp package-lock.json "$out/package-lock.json"
fi
cargo clippy --quiet --package doorward-node --all-features -- --deny warnings
RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --package doorward-node --no-deps --document-private-items
scripts/build.sh

bin=node_modules/.bin
"$bin/eslint" --max-warnings=0 .
"$bin/prettier" --check --log-level=warn . ../../benches/node/*.mjs \
    ../../tests/browser/*.mjs ../../tests/browser/unguarded/*.mjs
# Its base is the folder that it is called in; what lies outside it does not look at.
(cd "$root" && bindings/node/node_modules/.bin/eslint --config bindings/node/eslint.config.mjs \
    --max-warnings=0 tests/browser benches/node)
"$bin/tsc" --project test/types
"$bin/publint" --strict >"$out/publint.txt" 2>&1 || { cat "$out/publint.txt"; exit 1; }
"$bin/attw" --pack . --quiet || { "$bin/attw" --pack .; exit 1; }

node --expose-gc --test --test-reporter=dot test/*.test.js

# Node answers as Rust does, byte for byte.
DOORWARD_VERDICTS="$out/rust.verdicts" cargo run --quiet --package doorward-tests --bin vectors >"$out/rust.txt"
line=$(DOORWARD_VERDICTS="$out/node.verdicts" node test/vectors.js)
cmp "$out/rust.verdicts" "$out/node.verdicts"
echo "Node: $line"
