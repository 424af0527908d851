// SPDX-License-Identifier: Apache-2.0
// Codes of 8 or 16 bits, signed or not, as the engines find them in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/job.h"

namespace trireme {

using Codes = std::vector<std::int32_t>;

// Calls visit with a value of the type that stores `dtype`; Error for one that stores no codes.
template <typename Visit>
void with_code_type(std::uint8_t dtype, Visit visit) {
  switch (static_cast<DataType>(dtype)) {
    case DataType::uint8:
      return visit(std::uint8_t{});
    case DataType::int8:
      return visit(std::int8_t{});
    case DataType::uint16:
      return visit(std::uint16_t{});
    case DataType::int16:
      return visit(std::int16_t{});
    default:
      throw Error("a job", std::string("computes on ") + name_of(static_cast<DataType>(dtype)),
                  "the engines compute on codes of 8 or 16 bits; the file is damaged");
  }
}

// Unsigned codes enter a product less half their range: 8 bits as -128..127, 16 as -32768..32767.
int shift_of(std::uint8_t dtype);

// to[i] = from[i] - shift, for the real numbers of exact products.
void widen(const std::uint8_t* from, std::int64_t count, std::int32_t shift, float* to);
void widen(const std::int8_t* from, std::int64_t count, std::int32_t shift, float* to);
template <typename Code, typename Real>
void widen(const Code* from, std::int64_t count, std::int32_t shift, Real* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<Real>(from[i] - shift);
}

Codes codes_of(const Bytes& stored, std::uint8_t dtype);
Bytes stored_codes(const Codes& codes, std::uint8_t dtype);  // every code is in the range of the type

}  // namespace trireme
