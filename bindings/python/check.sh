#!/bin/sh
# Everything of the Python binding: built as it is published, linted, and tested as it is installed.
# `make test-python` calls it from the root. VENV is where the pinned tools go, BUILD what is thrown away.
set -eu
here=bindings/python
build=${BUILD:-build}
venv=$build/venv-python
python=$(pwd)/$venv/bin/python

# The tools, once and again when their list changes.
if ! cmp -s $here/requirements-dev.txt "$venv/installed.txt"; then
    "${PYTHON:-python3}" -m venv "$venv"
    "$python" -m pip --disable-pip-version-check install --quiet -r $here/requirements-dev.txt
    cp $here/requirements-dev.txt "$venv/installed.txt"
fi

# The wheel of this checkout, installed as a user's would be: what is tested is not the source folder.
rm -rf "$build/wheels"
"$python" -m maturin build --quiet --release --locked -m $here/Cargo.toml --out "$build/wheels" >/dev/null 2>&1 ||
    "$python" -m maturin build --release --locked -m $here/Cargo.toml --out "$build/wheels"
"$python" -m pip --disable-pip-version-check install --quiet --no-deps --force-reinstall "$build"/wheels/*.whl

cd $here
"$python" -m ruff check --quiet . ../../benches/python
"$python" -m ruff format --quiet --check . ../../benches/python
# A file beside no settings: those of the example that it is made of.
"$python" -m ruff check --quiet --config pyproject.toml --ignore ANN401 ../../tests/browser/unguarded
"$python" -m ruff format --quiet --check --config pyproject.toml ../../tests/browser/unguarded
"$python" -m mypy --no-error-summary python/doorward
"$python" -m mypy.stubtest doorward --mypy-config-file pyproject.toml --concise >"../../$build/stubtest.txt" ||
    { cat "../../$build/stubtest.txt"; exit 1; }
verdicts=$(mktemp)
rust=$(mktemp)
trap 'rm -f "$verdicts" "$rust"' EXIT
DOORWARD_VERDICTS=$verdicts "$python" -m pytest -p no:cacheprovider "$@"

# Rust and Python answered each case with the same bytes.
cd ../..
DOORWARD_VERDICTS=$rust cargo run --quiet --package doorward-tests --bin vectors >/dev/null
cmp "$verdicts" "$rust"
