#!/bin/sh
# The core and the C library with every set of features: lints, the core's unit tests and those of what is
# left out, and the vectors of the operations that each set has.
set -eu
cd "$(dirname "$0")/.."

while IFS= read -r features; do
    # A library without std has no unwinding, whence the panic strategy.
    cargo clippy --quiet --package doorward-core --all-targets --no-default-features \
        --features "$features" -- --deny warnings
    cargo clippy --quiet --package doorward-ffi --lib --no-default-features \
        --features "bare-metal $features" --config 'profile.dev.panic="abort"' -- --deny warnings
    cargo test --quiet --package doorward-core --lib --tests --no-default-features \
        --features "$features" >/dev/null
    echo "features: ${features:-none}: lints and tests"
done <<'SETS'

origin
jwt
jwt origin
hs384-512
hs384-512 origin
hs384-512 jwt
hs384-512 jwt origin
SETS
