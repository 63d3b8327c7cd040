#!/bin/sh
# The package: what `make install` puts where, and that programs build against it with pkg-config and with
# CMake, shared and static, also after the tree was moved. One line each; details on failure.
#
# build/package-test holds what is made. pkg-config and CMake are named where they are not here; with
# CI=true that is a failure.
set -eu
cd "$(dirname "$0")/../.."

unset PREFIX DESTDIR LIBDIR CARGO_BUILD_TARGET
source=$PWD
out=$PWD/build/package-test
lib=lib
passed=0
failed=0
rm -rf "$out"
mkdir -p "$out"

# check DESCRIPTION COMMAND...: one line, and the log of what failed.
check() {
    what=$1
    shift
    if "$@" >"$out/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$out/log" | cut -c 1-200 | tail -n 40
    fi
}

missing() {
    echo "left out: $1 is not here"
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
    fi
}

# at FOLDER: where the installed tree lies now.
at() {
    prefix=$out/$1
    PKG_CONFIG_PATH=$prefix/$lib/pkgconfig
    export PKG_CONFIG_PATH
}

tree() {
    PREFIX=$prefix LIBDIR=$lib ffi/install.sh install
    (cd "$prefix" && find . ! -type d | sort) >"$out/files"
    diff "$out/files" - <<END
./include/doorward.h
./lib/cmake/doorward/doorward-config-version.cmake
./lib/cmake/doorward/doorward-config.cmake
./lib/libdoorward.a
./lib/libdoorward.so
./lib/libdoorward.so.0.1
./lib/libdoorward.so.0.1.0
./lib/pkgconfig/doorward.pc
END
}

# Neither where it was built, nor where it lies, nor where its parts came from.
no_paths() {
    for path in "$source" "$prefix" "$HOME/" "${CARGO_HOME:-$HOME/.cargo}"; do
        if grep -r -F -l -e "$path" "$prefix"; then
            echo "name $path"
            return 1
        fi
    done
}

soname() {
    readelf -d "$prefix/$lib/libdoorward.so" >"$out/dynamic"
    grep 'SONAME.*\[libdoorward\.so\.0\.1\]' "$out/dynamic" && grep 'BIND_NOW' "$out/dynamic" &&
        test "$(readlink "$prefix/$lib/libdoorward.so")" = libdoorward.so.0.1 &&
        test "$(readlink "$prefix/$lib/libdoorward.so.0.1")" = libdoorward.so.0.1.0
}

symbols() {
    nm -D --defined-only "$prefix/$lib/libdoorward.so" | awk '{ print $3 }' >"$out/shared"
    grep -q '^doorward_gate_decide$' "$out/shared" && ! grep -v '^doorward_' "$out/shared" || return 1
    # In the archive: reserved names too, which are the compiler's helpers, the unwinder's hook, and what
    # Rust's mangling begins with _R.
    nm -g --defined-only "$prefix/$lib/libdoorward.a" 2>/dev/null | awk 'NF == 3 { print $3 }' >"$out/static"
    grep -q '^doorward_gate_decide$' "$out/static" &&
        ! grep -v -E '^(doorward_|__|_R|rust_eh_personality$|DW\.ref\.rust_eh_personality$)' "$out/static"
}

pkg() { pkg-config "$@" doorward; }

# What --static adds serves the archive once the archive is named: -l prefers the shared library.
static_flags() { pkg --cflags --libs --static | sed 's/-ldoorward/-l:libdoorward.a/'; }

# The header's version, the library's and the package's.
versions() {
    cat >"$out/version.c" <<'END'
#include <doorward.h>
#include <stdio.h>
static void (*const abi)(void) = &doorward_abi_0_1;
int main(void)
{
    abi();
    printf("%s %d.%d.%d %s\n", DOORWARD_VERSION_STRING, DOORWARD_VERSION_MAJOR, DOORWARD_VERSION_MINOR,
           DOORWARD_VERSION_PATCH, doorward_version());
    return 0;
}
END
    # shellcheck disable=SC2046
    gcc "$out/version.c" $(static_flags) -o "$out/version" &&
        said=$("$out/version") && echo "$said" &&
        test "$said" = "0.1.0 0.1.0 0.1.0" && test "$(pkg --modversion)" = 0.1.0
}

pkg_config_shared() {
    # shellcheck disable=SC2046
    gcc -Wall -Wextra -Werror ffi/examples/no_heap.c $(pkg --cflags --libs) -o "$out/no_heap" &&
        readelf -d "$out/no_heap" | grep 'NEEDED.*\[libdoorward\.so\.0\.1\]' &&
        LD_LIBRARY_PATH=$prefix/$lib "$out/no_heap"
}

pkg_config_static() {
    # shellcheck disable=SC2046
    gcc -Wall -Wextra -Werror ffi/examples/no_heap.c $(static_flags) -o "$out/no_heap" &&
        ! readelf -d "$out/no_heap" | grep 'NEEDED.*doorward' && "$out/no_heap"
}

# Every object of the archive, and no library that doorward.pc does not name.
libs_private() {
    private=$(sed -n 's/^Libs.private: //p' "$prefix/$lib/pkgconfig/doorward.pc")
    test -n "$private" || return 1
    # shellcheck disable=SC2046,SC2086
    gcc -nodefaultlibs ffi/examples/no_heap.c $(pkg --cflags) -Wl,--whole-archive \
        "$prefix/$lib/libdoorward.a" -Wl,--no-whole-archive $private -o "$out/no_heap" &&
        "$out/no_heap"
}

# cmake_examples NAME OPTION...: configures and builds the examples, and runs them.
cmake_examples() {
    name=$1
    shift
    rm -rf "$out/${name:?}"
    cmake -S ffi/examples -B "$out/$name" -DCMAKE_PREFIX_PATH="$prefix" "$@" &&
        cmake --build "$out/$name" && grep "^doorward_DIR:PATH=$prefix/$lib/" "$out/$name/CMakeCache.txt" &&
        "$out/$name/no_heap" || return 1
    readelf -d "$out/$name/no_heap" >"$out/dynamic"
    case " $*" in
    *STATIC_LIBS=ON*) ! grep 'NEEDED.*doorward' "$out/dynamic" ;;
    *) grep 'NEEDED.*\[libdoorward\.so\.0\.1\]' "$out/dynamic" ;;
    esac || return 1
    # With its libraries here the server is there; without arguments it says how it is called.
    if [ -e "$out/$name/upgrade" ] || [ "${CI:-}" = true ]; then
        status=0
        "$out/$name/upgrade" || status=$?
        test "$status" -eq 2
    fi
}

# Who may be given 0.1.0, and who may not.
cmake_versions() {
    for asked in '' 0.1 0.1.0 '0.1.0 EXACT' 0.1...0.3 0.0...0.1 '!0.2' '!0.1.1' '!0.0' '!1.0' '!0.1.1...0.3' \
        '!0.0...<0.1.0'; do
        rm -rf "$out/asked"
        mkdir "$out/asked"
        # The range 0.0...0.1 ends with 0.1, and 0.1.0 is that.
        cat >"$out/asked/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.19)
project(asked C)
find_package(doorward ${asked#!} QUIET)
if(doorward_FOUND)
    if(NOT doorward_VERSION VERSION_EQUAL 0.1.0)
        message(FATAL_ERROR "\${doorward_VERSION}")
    endif()
    file(WRITE "\${CMAKE_BINARY_DIR}/found" "")
endif()
END
        cmake -S "$out/asked" -B "$out/asked/build" -DCMAKE_PREFIX_PATH="$prefix" || return 1
        case $asked in
        !*) test ! -e "$out/asked/build/found" || { echo "found for ${asked#!}" && return 1; } ;;
        *) test -e "$out/asked/build/found" || { echo "not found for '$asked'" && return 1; } ;;
        esac
    done
}

# A package that lacks a part is not found, rather than half found.
cmake_part() {
    rm -rf "$out/part"
    cp -R "$prefix" "$out/part"
    rm "$out/part/$lib/libdoorward.a"
    cmake -S ffi/examples -B "$out/part/build" -DCMAKE_PREFIX_PATH="$out/part" || return 1
    ! cmake -S ffi/examples -B "$out/part/build-static" -DCMAKE_PREFIX_PATH="$out/part" \
        -Ddoorward_USE_STATIC_LIBS=ON
}

# As a distribution stages a package for several architectures.
staged() {
    DESTDIR=$out/stage PREFIX=/usr LIBDIR=$lib ffi/install.sh install
}

uninstalled() {
    PREFIX=$prefix LIBDIR=$lib ffi/install.sh uninstall
    (cd "$prefix" && find . ! -type d) >"$out/files"
    test ! -s "$out/files" && test ! -e "$prefix/$lib/cmake/doorward"
}

refused() {
    for wrong in 'PREFIX=relative' 'LIBDIR=/lib' 'LIBDIR=../lib' LIBDIR=lib/..; do
        if (export "DESTDIR=$out/nowhere" "${wrong?}" && ffi/install.sh install); then
            echo "accepted: $wrong"
            return 1
        fi
    done
}

pkg_config_here() { command -v pkg-config >/dev/null 2>&1; }
cmake_here() { command -v cmake >/dev/null 2>&1; }

at first
check 'builds' ffi/install.sh build
check 'installs these files and no others' tree
check 'names no path of this machine' no_paths
check 'SONAME libdoorward.so.0.1, and its links' soname
check 'defines doorward_ and nothing else' symbols
if pkg_config_here; then
    check 'pkg-config: the versions agree' versions
    check 'pkg-config: shared' pkg_config_shared
    check 'pkg-config: static' pkg_config_static
    check 'pkg-config: Libs.private is all that the archive needs' libs_private
else
    missing pkg-config
fi
if cmake_here; then
    check 'CMake: shared' cmake_examples shared
    check 'CMake: static' cmake_examples static -Ddoorward_USE_STATIC_LIBS=ON
    check 'CMake: 0.1.0 for whom it fits' cmake_versions
    check 'CMake: not found without the wanted library' cmake_part
else
    missing CMake
fi
mv "$out/first" "$out/second"
at second
if pkg_config_here; then
    check 'moved: pkg-config, shared' pkg_config_shared
    check 'moved: pkg-config, static' pkg_config_static
fi
if cmake_here; then
    check 'moved: CMake, shared' cmake_examples shared
    check 'moved: CMake, static' cmake_examples static -Ddoorward_USE_STATIC_LIBS=ON
fi
check 'uninstalls everything' uninstalled
lib=lib/$(gcc -dumpmachine)
at stage/usr
check 'staged with DESTDIR and a LIBDIR of two folders' staged
check 'staged: names no path of this machine' no_paths
if pkg_config_here; then check 'staged: pkg-config' pkg_config_shared; fi
if cmake_here; then check 'staged: CMake' cmake_examples staged; fi
check 'staged: uninstalls everything' uninstalled
check 'refuses a PREFIX or LIBDIR that is none' refused
echo "$passed passed, $failed failed"
test "$failed" -eq 0
