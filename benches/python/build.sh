#!/bin/sh
# An environment with the peers and doorward, built with the loop over the core's own verification.
# From the root; BUILD is the folder for it.
set -eu
build=${BUILD:-build}
venv=$build/venv-bench-python
python=$(pwd)/$venv/bin/python
if ! cmp -s benches/python/requirements.txt "$venv/installed.txt"; then
    "${PYTHON:-python3}" -m venv "$venv"
    "$python" -m pip --disable-pip-version-check install --quiet -r benches/python/requirements.txt
    cp benches/python/requirements.txt "$venv/installed.txt"
fi
rm -rf "$build/bench-wheels"
"$python" -m maturin build --quiet --release --locked --features bench -m bindings/python/Cargo.toml \
    --out "$build/bench-wheels"
"$python" -m pip --disable-pip-version-check install --quiet --no-deps --force-reinstall "$build"/bench-wheels/*.whl
