#!/bin/sh
# Builds the C library as a package has it, puts it under a prefix, and takes it out again:
#
#     ffi/install.sh build
#     ffi/install.sh install      PREFIX, DESTDIR and LIBDIR from the environment
#     ffi/install.sh uninstall    the same
#
# PREFIX (/usr/local) is where the files are to live, DESTDIR a folder put in front of it while a package
# is staged, LIBDIR (lib) the libraries' folder below PREFIX. No installed file names PREFIX or the
# folder it was built in: the tree can be moved, and two builds of one commit give the same bytes.
# `install` builds nothing, so that root needs no Rust.
set -eu
cd "$(dirname "$0")/.."

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
LIBDIR=${LIBDIR:-lib}
build=$PWD/build/package
out=$build/${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}release

die() {
    echo "ffi/install.sh: $1" >&2
    exit 1
}

# The header states the version; `cargo xtask check` compares it with Cargo's.
version=$(sed -n 's/^#define DOORWARD_VERSION_STRING "\(.*\)"$/\1/p' include/doorward.h)
minor=${version%.*}
# Before 1.0 each minor version is an ABI of its own, after it each major one.
case $minor in 0.*) abi=$minor ;; *) abi=${version%%.*} ;; esac
soname=libdoorward.so.$abi

# Paths of this machine stand in panic messages and debug information unless they are replaced. Of the
# prefixes that fit, rustc takes the last. The standard library's sources are named as rustc names them
# where they are not installed.
path_flags() {
    sysroot=$(rustc --print sysroot)
    hash=$(rustc --version --verbose | sed -n 's/^commit-hash: //p')
    cargo_home=${CARGO_HOME:-$HOME/.cargo}
    printf -- '--remap-path-prefix=%s\037' "$PWD=doorward-$version" "$build=build" "$cargo_home=cargo"
    # A registry's folder is named after its address, which is not the same everywhere.
    for registry in "$cargo_home"/registry/src/*; do
        printf -- '--remap-path-prefix=%s\037' "$registry=cargo"
    done
    printf -- '--remap-path-prefix=%s' "$sysroot/lib/rustlib/src/rust=/rustc/$hash"
}

build() {
    command -v cargo >/dev/null 2>&1 || die 'cargo is not here'
    mkdir -p "$build"
    user_flags=$(printf '%s' "${RUSTFLAGS:-}" | tr -s ' ' '\037')
    CARGO_ENCODED_RUSTFLAGS=${user_flags:+$user_flags$(printf '\037')}$(path_flags)
    export CARGO_ENCODED_RUSTFLAGS
    # rustc notes at each build where it wrote the list: the log is shown where something is wrong.
    cargo rustc --quiet --locked --release --package doorward-ffi --lib --target-dir "$build" \
        --crate-type staticlib,cdylib --config 'profile.release.debug=false' -- \
        -C "link-arg=-Wl,-soname,$soname" --print "native-static-libs=$build/native-static-libs" \
        2>"$build/log" || { cat "$build/log" >&2 && die 'the libraries do not build'; }
    [ -s "$build/native-static-libs" ] || die 'rustc names no libraries for the static library'
    cp include/doorward.h "$build/doorward.h"
    # The standard library comes with debug information, and an archive with times.
    for file in libdoorward.a libdoorward.so; do
        cp "$out/$file" "$build/$file"
        "${STRIP:-strip}" --strip-debug --enable-deterministic-archives "$build/$file"
    done
}

# What the static library needs, as rustc says: "-lgcc_s -lutil …".
pkg_config_file() {
    cat <<END
prefix=\${pcfiledir}/$(echo "$LIBDIR/pkgconfig" | sed 's|[^/][^/]*|..|g')
libdir=\${prefix}/$LIBDIR
includedir=\${prefix}/include

Name: doorward
Description: Decides whether a request may come in: Host, Origin, bearer tokens, JWTs
URL: $(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml)
Version: $version
Libs: -L\${libdir} -ldoorward
Libs.private: $(cat "$build/native-static-libs")
Cflags: -I\${includedir}
END
}

place() {
    [ -s "$build/libdoorward.so" ] || die 'nothing is built: ffi/install.sh build'
    cmp -s include/doorward.h "$build/doorward.h" || die 'the header is not that of the build'
    install -d "$include" "$lib/pkgconfig" "$lib/cmake/doorward"
    install -m 644 include/doorward.h "$include/doorward.h"
    install -m 644 "$build/libdoorward.a" "$lib/libdoorward.a"
    install -m 755 "$build/libdoorward.so" "$lib/libdoorward.so.$version"
    ln -sf "libdoorward.so.$version" "$lib/$soname"
    ln -sf "$soname" "$lib/libdoorward.so"
    pkg_config_file >"$build/doorward.pc"
    install -m 644 "$build/doorward.pc" "$lib/pkgconfig/doorward.pc"
    for file in doorward-config.cmake doorward-config-version.cmake; do
        install -m 644 "ffi/package/$file" "$lib/cmake/doorward/$file"
    done
}

remove() {
    rm -f "$include/doorward.h" "$lib/libdoorward.a" "$lib/libdoorward.so.$version" "$lib/$soname" \
        "$lib/libdoorward.so" "$lib/pkgconfig/doorward.pc" \
        "$lib/cmake/doorward/doorward-config.cmake" "$lib/cmake/doorward/doorward-config-version.cmake"
    # Only what is empty: the other folders may be other packages' too.
    if [ -d "$lib/cmake/doorward" ]; then rmdir "$lib/cmake/doorward"; fi
}

case $PREFIX in /*) ;; *) die 'PREFIX is not an absolute path' ;; esac
case $LIBDIR in /* | *..*) die 'LIBDIR is not a folder below PREFIX, such as lib' ;; esac
lib=$DESTDIR$PREFIX/$LIBDIR
include=$DESTDIR$PREFIX/include

case ${1:-} in
build)
    [ "$(uname -s)" != Darwin ] || die 'no ELF here: cargo cinstall --package doorward-ffi'
    build
    ;;
install) place ;;
uninstall) remove ;;
*) die 'build, install or uninstall?' ;;
esac
