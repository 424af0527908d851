// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/dot_product.h"

#include "sim/arithmetic/every_cpu.h"

namespace trireme {

namespace {

TRIREME_FOR_EVERY_CPU std::uint32_t modulo(const std::int32_t* a, const std::int32_t* b, std::size_t count) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += static_cast<std::uint32_t>(a[i]) * static_cast<std::uint32_t>(b[i]);
  return sum;
}

TRIREME_FOR_EVERY_CPU std::int64_t exact(const std::int32_t* a, const std::int32_t* b, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += std::int64_t{a[i]} * b[i];
  return sum;
}

}  // namespace

std::int32_t dot_product_modulo(const std::int32_t* a, const std::int32_t* b, std::size_t count) {
  return static_cast<std::int32_t>(modulo(a, b, count));
}

std::int64_t dot_product(const std::int32_t* a, const std::int32_t* b, std::size_t count) {
  return exact(a, b, count);
}

}  // namespace trireme
