#!/bin/sh
# The static library where the Go package links it: bindings/go/lib/<os>_<arch>/libdoorward.a.
#
# internal/abi/built.h holds its checksum: the go command does not look into a .a file, and would otherwise link
# and test with what it built before.
set -eu
cd "$(dirname "$0")/../.."

platform=$(go env GOOS)_$(go env GOARCH)
folder=bindings/go/lib/$platform
cargo build --quiet --release --package doorward-ffi
mkdir -p "$folder"
cp "${CARGO_TARGET_DIR:-target}/release/libdoorward.a" "$folder/new.a"
# Two thirds of it are for a debugger.
if command -v strip >/dev/null 2>&1; then
    strip -S "$folder/new.a"
fi
mark="#define DOORWARD_BUILT \"$(cksum <"$folder/new.a")\""
built=bindings/go/internal/abi/built.h
if [ ! -f "$folder/libdoorward.a" ] || [ "$(cat "$built" 2>/dev/null)" != "$mark" ]; then
    mv "$folder/new.a" "$folder/libdoorward.a"
    echo "$mark" >"$built"
else
    rm "$folder/new.a"
fi
