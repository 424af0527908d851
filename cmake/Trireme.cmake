# SPDX-License-Identifier: Apache-2.0
# Settings every target shares, and the two functions that make a library or a test program of a folder.

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "build type" FORCE)
endif()
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)

# -ffp-contract=off: a fused multiply-add would change the bits of the float data paths (docs/isa.md).
add_library(trireme_options INTERFACE)
target_include_directories(trireme_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(trireme_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wreturn-type
  -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough -ffp-contract=off
  $<$<BOOL:${TRIREME_WERROR}>:-Werror>)
if(TRIREME_SANITIZE)
  target_compile_options(trireme_options INTERFACE -fsanitize=${TRIREME_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(trireme_options INTERFACE -fsanitize=${TRIREME_SANITIZE})
endif()

# trireme_library(NAME DEPS...): every .cpp below the current folder, as static library trireme_NAME.
function(trireme_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_library(trireme_${name} STATIC ${sources})
  target_link_libraries(trireme_${name} PUBLIC trireme_options ${ARGN})
endfunction()

# trireme_tests(NAME DEPS...): every .cpp in tests/NAME as program test_NAME, one CTest entry, run in its own folder.
function(trireme_tests name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources} "${PROJECT_SOURCE_DIR}/tests/support_for_tests/main.cpp")
  target_link_libraries(test_${name} PRIVATE trireme_options ${ARGN} GTest::gtest GTest::gmock)
  target_compile_definitions(test_${name} PRIVATE TRIREME_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    TRIREME_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
endfunction()
