#!/bin/sh
# Builds, and measures; arguments go to bench.mjs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sh "$here/build.sh"
node "$here/bench.mjs" "$@"
