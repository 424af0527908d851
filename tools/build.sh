# SPDX-License-Identifier: Apache-2.0
# How demo and check build: preset release, into build/.
# shellcheck shell=bash

# The given targets, or all of them. Quick when nothing has changed.
trireme_build() {
  local targets=() target
  for target in "$@"; do targets+=(--target "$target"); done
  cmake --preset release --log-level=WARNING >/dev/null || return 1
  cmake --build build "${targets[@]}"
}
