// SPDX-License-Identifier: Apache-2.0
// One program a target; libFuzzer brings main().
#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const trireme::FuzzTarget& target = trireme::fuzz_target(TRIREME_FUZZ_TARGET);
  target.read({reinterpret_cast<const char*>(data), size});
  return 0;
}
