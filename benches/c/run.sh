#!/bin/sh
# doorward beside Debian's libjwt, in C. l8w8jwt comes from no package manager, and is left out.
#     sh benches/c/run.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/../.."
sh benches/c/build.sh
build/bench-c/bench build/bench-c/281.token build/bench-c/1036.token build/bench-c/8192.token "${1:-101}"
