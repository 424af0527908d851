# SPDX-License-Identifier: Apache-2.0
# The one list of the Debian 12 packages that Trireme builds with; demo, check and CI source this file.
# shellcheck shell=bash

TRIREME_PACKAGES=(
  g++ cmake ninja-build pkg-config ccache clang-format
  libsystemc-dev libeigen3-dev libonnx-dev libprotobuf-dev protobuf-compiler
  flatbuffers-compiler libflatbuffers-dev
  libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libfmt-dev libssl-dev
  libjpeg62-turbo-dev libpng-dev libstb-dev libzip-dev zlib1g-dev
  libgtest-dev libgmock-dev libbenchmark-dev libonnx-testdata
)

# Only for tools/fuzz.
TRIREME_FUZZ_PACKAGES=(clang libclang-rt-14-dev)

# Installs what is missing of the packages named, or of TRIREME_PACKAGES, and says so. Does nothing, quickly, when
# nothing is.
trireme_install_packages() {
  local missing=() wanted=("$@") package
  [[ ${#wanted[@]} -gt 0 ]] || wanted=("${TRIREME_PACKAGES[@]}")
  for package in "${wanted[@]}"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "error: these Debian packages, or what your system calls them, are missing: ${missing[*]}" >&2
    return 1
  fi
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || {
      echo "error: not root and no sudo; as root run: apt-get install ${missing[*]}" >&2
      return 1
    }
    as_root=(sudo)
  fi
  echo "installing Debian packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq || return 1
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null
}
