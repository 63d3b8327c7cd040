#!/bin/sh
# The verifier on an emulated Cortex-M4 (qemu, mps2-an386): every vector, the C example, sizes, stack.
# `run.sh figures` builds each set of features besides and writes the table of README.md.
#
# build/firmware holds what is made. A tool that is missing is named and the run left out; with CI=true
# that is an error.
set -eu
cd "$(dirname "$0")/.."

out=$PWD/build/firmware
target=thumbv7em-none-eabi
arm=arm-none-eabi-gcc
# Bytes of flash, with HS256 alone and with all features, and of stack for a token of 1 KiB. These sizes are
# the compiler's, the same on every machine: a change that breaks one is seen here.
flash_limit=49152
stack_limit=4096
mkdir -p "$out"

left_out() {
    echo "left out: $1 is not here"
    [ "${CI:-}" != true ]
    exit
}

# The compiler whose sources of the standard library are here: it is built for the chip.
for rustc in "${DOORWARD_FIRMWARE_RUSTC:-rustc}" /usr/bin/rustc none; do
    [ "$rustc" != none ] || left_out 'a rustc with the sources of its library (rust-src)'
    command -v "$rustc" >/dev/null 2>&1 || continue
    [ ! -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library" ] || break
done
for tool in $arm qemu-system-arm; do
    command -v $tool >/dev/null 2>&1 || left_out $tool
done
printf 'int main(void) { return 0; }\n' >"$out/try.c"
$arm --specs=rdimon.specs "$out/try.c" -o "$out/try" 2>/dev/null || left_out 'newlib for Arm'

# cargo_for COMMAND...: that compiler's cargo. Building the library of a stable compiler needs its leave.
cargo_for() {
    RUSTC_BOOTSTRAP=1 RUSTC=$(command -v "$rustc") "$(dirname "$(command -v "$rustc")")/cargo" "$@"
}

# library FEATURES: the no_std static library, as an image for a small chip would take it.
library() {
    RUSTFLAGS='--cfg sha2_backend="soft" --cfg sha2_backend_soft="compact"' \
        cargo_for rustc --quiet --release --package doorward-ffi --lib --crate-type staticlib \
        --no-default-features --features "bare-metal $1" \
        --config 'profile.release.panic="abort"' --config 'profile.release.opt-level="z"' \
        --config 'profile.release.debug=false' \
        -Zbuild-std=core -Zbuild-std-features=compiler-builtins-mem \
        --target $target --target-dir "$out/library"
    cp "$out/library/$target/release/libdoorward.a" "$out/libdoorward.a"
}

# The policy reader with a standard library. No bare target has one; std itself is what it is for a
# platform that has nothing (its zkvm), with the code generator of the chip. One relocatable object whose
# only names are its two functions, so that nothing of it stands in for the library under test.
reader() {
    RUSTC_BOOTSTRAP=1 "$rustc" -Zunstable-options --print target-spec-json --target $target |
        sed '1s/{/{ "os": "zkvm", "singlethread": true,/' >"$out/thumbv7em-std.json"
    (
        cd firmware/reader
        RUSTFLAGS='--cfg getrandom_backend="unsupported"' \
            cargo_for build --quiet --release -Zjson-target-spec -Zbuild-std=std,panic_abort \
            --target "$out/thumbv7em-std.json" --target-dir "$out/reader" 2>"$out/reader.log" ||
            { cat "$out/reader.log"; false; }
    )
    $arm -mcpu=cortex-m4 -mthumb -nostdlib -r -Wl,--gc-sections -Wl,-e,chip_gate_from_policy \
        -Wl,-u,chip_gate_from_policy -Wl,-u,chip_address_parse \
        "$out/reader/thumbv7em-std/release/libreader.a" -o "$out/reader.o"
    arm-none-eabi-objcopy --keep-global-symbol=chip_gate_from_policy \
        --keep-global-symbol=chip_address_parse "$out/reader.o"
}

# image NAME FLAGS AND SOURCES...: linked without a C library unless the flags name one.
image() {
    name=$1
    shift
    $arm -mcpu=cortex-m4 -mthumb -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Iinclude -Ifirmware -I"$out" \
        -Os -ffunction-sections -fdata-sections -T firmware/chip.ld -nostartfiles -Wl,--gc-sections -Wl,--no-warn-execstack \
        firmware/chip.c "$@" "$out/libdoorward.a" -o "$out/$name.elf"
}

# run NAME WORDS...: on the chip; its console, and its status.
run() {
    name=$1
    shift
    arguments=arg=$name
    for word in "$@"; do
        arguments=$arguments,arg=$word
    done
    timeout 300 qemu-system-arm -cpu cortex-m4 -machine mps2-an386 -nographic -monitor none \
        -serial none -icount shift=0 -semihosting-config "enable=on,target=native,$arguments" \
        -kernel "$out/$name.elf" 2>&1
}

# No function is missing, and none allocates. The archive as one object, and not read with nm: members
# that hold a newer LLVM's code as well confuse its plugin.
symbols() {
    $arm -mcpu=cortex-m4 -mthumb -nostdlib -r -Wl,--whole-archive "$out/libdoorward.a" \
        -o "$out/library.o"
    arm-none-eabi-readelf --syms --wide "$out/library.o" >"$out/symbols"
    grep -q ' doorward_gate_decide$' "$out/symbols"
    if awk '$7 == "UND" && $8 != "" { print $8 }' "$out/symbols" | grep . ||
        grep -E '__rust_(alloc|dealloc|realloc)|malloc' "$out/symbols"; then
        echo 'undefined, or of a heap'
        return 1
    fi
    echo 'symbols: none undefined, none of a heap'
}

# gate FEATURES FLAGS...: the smallest image that decides. Sets flash and ram.
gate() {
    library "$1"
    shift
    image gate -nostdlib "$@" firmware/gate.c
    run gate
    # shellcheck disable=SC2046
    set -- $(arm-none-eabi-size "$out/gate.elf" | tail -n 1)
    flash=$(($1 + $2))
    ram=$(($2 + $3))
}

# at_most NUMBER LIMIT WHAT
at_most() {
    [ "$1" -le "$2" ] || {
        echo "$3: $1 bytes, more than $2"
        exit 1
    }
}

vectors() {
    cargo run --quiet --package xtask -- c-vectors "$out/vectors.inc" >/dev/null
    env -u DOORWARD_EXTRA_VECTORS DOORWARD_VERDICTS="$out/rust.verdicts" \
        cargo run --quiet --package doorward-tests --bin vectors >/dev/null
    rm -f "$out/chip.verdicts" "$out/left_out"
    : >"$out/left_out"
    image vectors -DWITHOUT_STD -DWITHOUT_CLOCK --specs=rdimon.specs \
        -Wno-overlength-strings firmware/libc.c ffi/tests/vectors.c "$out/reader.o"
    run vectors DOORWARD_VERDICTS=build/firmware/chip.verdicts DOORWARD_LEFT_OUT=build/firmware/left_out
    if [ -s "$out/left_out" ]; then
        grep -v -F -f "$out/left_out" "$out/rust.verdicts" >"$out/host.verdicts"
    else
        cp "$out/rust.verdicts" "$out/host.verdicts"
    fi
    cmp "$out/host.verdicts" "$out/chip.verdicts"
    echo "verdicts: $(wc -l <"$out/chip.verdicts") of the chip's are the host's, byte for byte"
}

# The example of the C library, from the same source.
no_heap() {
    image no_heap --specs=rdimon.specs firmware/libc.c ffi/examples/no_heap.c
    run no_heap >"$out/no_heap.out"
    printf '%s\n' 'open for anna' 'shut: 5005 token_expired' 'shut: 3004 token_base64' \
        'shut: 9001 clock_unavailable' | cmp - "$out/no_heap.out"
    echo 'no_heap.c: as on the host'
}

figures() {
    echo '| features of the library | flash | static RAM |'
    echo '| --- | ---: | ---: |'
    while IFS='|' read -r features flags; do
        # shellcheck disable=SC2086
        gate "$features" $flags
        echo "| ${features:-none: capability tokens and hosts} | $flash | $ram |"
    done <<'SETS'
|
origin|-DWITH_ORIGIN
jwt|-DWITH_JWT
jwt origin|-DWITH_JWT -DWITH_ORIGIN
hs384-512|-DWITH_JWT -DWITH_HS384_512
hs384-512 origin|-DWITH_JWT -DWITH_HS384_512 -DWITH_ORIGIN
SETS
    echo
    echo '| a decision on a token of 1 KiB | stack | instructions |'
    echo '| --- | ---: | ---: |'
    run_measure
    for name in hs256 hs384 hs512; do
        echo "| $(echo $name | tr a-z A-Z) | $(measured stack-$name) | $(measured instructions-$name) |"
    done
}

run_measure() {
    image measure -nostdlib firmware/measure.c
    run measure >"$out/measured"
}

measured() {
    awk -v name="$1" '$1 == name { print $2 }' "$out/measured"
}

if [ "${1:-}" = figures ]; then
    figures >"$out/figures"
    awk -v file="$out/figures" '
        /<!-- figures/ { print; while ((getline line < file) > 0) print line; skip = 1 }
        /<!-- end/ { skip = 0 }
        !skip { if (!/<!-- figures/) print }' firmware/README.md >"$out/README.md"
    cp "$out/README.md" firmware/README.md
    cat "$out/figures"
    exit
fi

gate 'jwt origin' -DWITH_JWT -DWITH_ORIGIN
echo "HS256: $flash bytes of flash, $ram of static RAM"
at_most "$flash" "$flash_limit" 'flash, HS256'
gate 'hs384-512 origin' -DWITH_JWT -DWITH_HS384_512 -DWITH_ORIGIN
echo "all features: $flash bytes of flash, $ram of static RAM"
at_most "$flash" "$flash_limit" 'flash, all features'
symbols
run_measure
for name in hs256 hs384 hs512; do
    echo "$name, a token of 1 KiB: $(measured stack-$name) bytes of stack," \
        "$(measured instructions-$name) instructions"
    at_most "$(measured stack-$name)" "$stack_limit" "stack, $name"
done
no_heap
reader
vectors
