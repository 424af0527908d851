// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/codes.h"

#include <cstring>
#include <limits>

#include "sim/arithmetic/every_cpu.h"

namespace trireme {

namespace {

TRIREME_FOR_EVERY_CPU void widen_unsigned(const std::uint8_t* from, std::int64_t count, std::int32_t shift,
                                          float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i] - shift);
}

TRIREME_FOR_EVERY_CPU void widen_signed(const std::int8_t* from, std::int64_t count, std::int32_t shift,
                                        float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i] - shift);
}

}  // namespace

void widen(const std::uint8_t* from, std::int64_t count, std::int32_t shift, float* to) {
  widen_unsigned(from, count, shift, to);
}
void widen(const std::int8_t* from, std::int64_t count, std::int32_t shift, float* to) {
  widen_signed(from, count, shift, to);
}

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
