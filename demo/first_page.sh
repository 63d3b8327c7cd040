#!/bin/sh
# Whether each line of the table on the first page is one that the demo has printed, but for the width of its columns:
#
#     demo/first_page.sh TABLE
set -eu
table=$1
cd "$(dirname "$0")/.."

narrow() { sed 's/;.*//' | tr -s ' ' | sed 's/ $//'; }
shown=$(sed -n '/^  situation  /,/^```/p' README.md | sed '$d' | narrow)
[ "$(printf '%s\n' "$shown" | wc -l)" -gt 10 ] || { echo 'README.md has no table of the demo' && exit 1; }
narrow <"$table" >"$table.narrow"
# With a toolchain missing the table lacks columns, which the demo has said.
grep -qxF "$(printf '%s\n' "$shown" | head -n 1)" "$table.narrow" || exit 0
if printf '%s\n' "$shown" | grep -vxFf "$table.narrow"; then
    echo 'README.md: the demo prints no such line'
    exit 1
fi
