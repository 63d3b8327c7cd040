# find_package(doorward 0.1)
#
# Targets: doorward::shared and doorward::static, where those libraries are installed, and
# doorward::doorward, which is the shared one. Before find_package,
#
#     set(doorward_USE_STATIC_LIBS ON)
#
# makes it the static one. Without the wanted library the package is not found.
#
# Every path is reckoned from this file's place, LIBDIR/cmake/doorward, so that the tree can be moved.

get_filename_component(_doorward_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

# The header lies in PREFIX/include, and LIBDIR is PREFIX/lib or, for several architectures, a folder in it.
set(_doorward_include "")
foreach(_doorward_up .. ../..)
    if(NOT _doorward_include AND EXISTS "${_doorward_libdir}/${_doorward_up}/include/doorward.h")
        get_filename_component(_doorward_include "${_doorward_libdir}/${_doorward_up}/include" ABSOLUTE)
    endif()
endforeach()

# What the static library needs is said once, in doorward.pc, as rustc said it.
set(_doorward_private "")
if(EXISTS "${_doorward_libdir}/pkgconfig/doorward.pc")
    file(STRINGS "${_doorward_libdir}/pkgconfig/doorward.pc" _doorward_private REGEX "^Libs\\.private:")
    string(REGEX REPLACE "^Libs\\.private: *" "" _doorward_private "${_doorward_private}")
    string(REGEX REPLACE " +" ";" _doorward_private "${_doorward_private}")
endif()

if(_doorward_include AND NOT TARGET doorward::shared AND EXISTS "${_doorward_libdir}/libdoorward.so")
    add_library(doorward::shared SHARED IMPORTED)
    set_target_properties(doorward::shared PROPERTIES
        IMPORTED_LOCATION "${_doorward_libdir}/libdoorward.so"
        INTERFACE_INCLUDE_DIRECTORIES "${_doorward_include}")
endif()
if(_doorward_include AND _doorward_private AND NOT TARGET doorward::static
        AND EXISTS "${_doorward_libdir}/libdoorward.a")
    add_library(doorward::static STATIC IMPORTED)
    set_target_properties(doorward::static PROPERTIES
        IMPORTED_LOCATION "${_doorward_libdir}/libdoorward.a"
        IMPORTED_LINK_INTERFACE_LANGUAGES C
        INTERFACE_LINK_LIBRARIES "${_doorward_private}"
        INTERFACE_INCLUDE_DIRECTORIES "${_doorward_include}")
endif()

if(doorward_USE_STATIC_LIBS)
    set(_doorward_wanted doorward::static)
else()
    set(_doorward_wanted doorward::shared)
endif()
if(NOT TARGET ${_doorward_wanted})
    set(doorward_FOUND FALSE)
    set(doorward_NOT_FOUND_MESSAGE "${_doorward_wanted}: its files are not all below ${_doorward_libdir}")
elseif(NOT TARGET doorward::doorward)
    add_library(doorward::doorward INTERFACE IMPORTED)
    set_target_properties(doorward::doorward PROPERTIES INTERFACE_LINK_LIBRARIES ${_doorward_wanted})
endif()

unset(_doorward_libdir)
unset(_doorward_include)
unset(_doorward_private)
unset(_doorward_wanted)
unset(_doorward_up)
