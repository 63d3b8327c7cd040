#!/bin/sh
# doorward beside Debian's libjwt, in C; beside l8w8jwt too where L8W8JWT names the folder of a build of it.
#     [L8W8JWT=FOLDER] sh benches/c/run.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/../.."
sh benches/c/build.sh
build/bench-c/bench build/bench-c/281.tokens build/bench-c/1036.tokens build/bench-c/8192.tokens "${1:-101}"
