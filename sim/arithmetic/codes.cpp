// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/codes.h"

#include <cstring>
#include <limits>

namespace trireme {

int shift_of(std::uint8_t dtype) {
  int shift = 0;
  with_code_type(dtype, [&](auto sample) {
    using Code = decltype(sample);
    if (!std::numeric_limits<Code>::is_signed) shift = 1 << (8 * sizeof(Code) - 1);
  });
  return shift;
}

Codes codes_of(const Bytes& stored, std::uint8_t dtype) {
  Codes codes;
  with_code_type(dtype, [&](auto code) {
    codes.resize(stored.size() / sizeof code);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      std::memcpy(&code, stored.data() + i * sizeof code, sizeof code);
      codes[i] = code;
    }
  });
  return codes;
}

Bytes stored_codes(const Codes& codes, std::uint8_t dtype) {
  Bytes stored;
  with_code_type(dtype, [&](auto code) {
    stored.resize(codes.size() * sizeof code);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      code = static_cast<decltype(code)>(codes[i]);
      std::memcpy(stored.data() + i * sizeof code, &code, sizeof code);
    }
  });
  return stored;
}

}  // namespace trireme
