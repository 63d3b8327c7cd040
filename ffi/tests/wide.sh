#!/bin/sh
# The SHA instructions must not meet a register whose upper half of 256 bits is in use: on some CPUs each would then
# run a hundred times slower (`ARCHITECTURE.md`, "The vector code"). Reads the program's code in the order in which it lies.
#
# usage: wide.sh LIBRARY
set -eu

# Fails with the place of the first such instruction, and where there are none at all.
judge() {
    awk '
        />:$/ { name = $2; wide = "" }
        /%ymm/ { wide = $0 }
        /vzeroupper/ { wide = "" }
        /sha256rnds2/ {
            seen++
            if (wide != "") { print name, "has", $0, "behind", wide; bad = 1; exit }
        }
        END { if (!bad && !seen) { print "no SHA instructions"; bad = 1 } exit bad }
    '
}

planted='0 <f>:
 1: vzeroupper
 2: vmovdqu (%rax),%ymm0
 3: sha256rnds2 %xmm0,%xmm1,%xmm2'
if printf '%s\n' "$planted" | judge >/dev/null; then
    echo "what is planted is not found"
    exit 1
fi
printf '%s\n' "$planted" | sed '/ymm/d' | judge
objdump -d --no-show-raw-insn "$1" | judge
