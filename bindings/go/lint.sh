#!/bin/sh
# gofmt, go vet and staticcheck over every Go module of the checkout, with warnings as errors.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build/go
. bindings/go/env.sh

unformatted=$(gofmt -l bindings/go benches/go tests/browser/unguarded)
if [ -n "$unformatted" ]; then
    echo "gofmt: $unformatted"
    exit 1
fi
sh bindings/go/lib.sh
for module in bindings/go bindings/go/integration benches/go; do
    (
        tools=$PWD/bindings/go/tools/go.mod
        cd "$module"
        go vet ./...
        go tool -modfile="$tools" staticcheck -checks all,-ST1000 ./...
    )
done
# The server without a guard is a file of no module; its imports are the integration's.
(cd bindings/go/integration && go vet ../../../tests/browser/unguarded/main.go)
