// SPDX-License-Identifier: Apache-2.0
// Sine, cosine, tangent and their inverses. Arguments of any size are reduced exactly with integers (Payne
// and Hanek, "Radian reduction for trigonometric functions", SIGNUM 1983).
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "model/reference/exact_math.h"

namespace trireme {

namespace {

constexpr double kHalfPi = 0x1.921fb54442d18p+0;
constexpr double kHalfPiLow = 0x1.1a62633145c07p-54;

// The first 1280 binary digits of 2/pi: 1024 for the largest double, the rest for precision.
constexpr std::array<std::uint32_t, 40> kTwoOverPi = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d};

// 32 digits of 2/pi from digit `first` on; digits before the point are 0.
std::uint32_t digits(int first) {
  std::uint64_t pair = 0;
  const int word = first >= 0 ? first / 32 : -((31 - first) / 32);
  for (int i = word; i <= word + 1; ++i) {
    const bool known = i >= 0 && i < static_cast<int>(kTwoOverPi.size());
    pair = pair << 32 | (known ? kTwoOverPi[static_cast<std::size_t>(i)] : 0);
  }
  const int shift = first - 32 * word;
  return static_cast<std::uint32_t>(pair >> (32 - shift));
}

struct Reduced {
  int quadrant;  // of four
  double r;      // x = quadrant * pi/2 + r (mod 2 pi), |r| <= pi/4
};

// 1. x = m 2^e, m an integer of 53 bits. 2. Digits of 2/pi whose products with x are multiples of 4 drop out:
// the window of 224 digits begins behind them. 3. m times the window, as an integer modulo 2^224, has the
// quadrant in its two bits above the point and the fraction below it. 4. A fraction above 1/2 counts down
// from the next quadrant.
Reduced reduce(double x) {
  int e = 0;
  const auto m = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::fabs(x), &e), 53));
  e -= 53;
  constexpr int kWords = 7;
  const int first = e - 34;  // digit i is worth 2^-(i+1): x times digit `first` is below 2^(53+33)
  std::array<std::uint32_t, kWords> product{};  // most significant first; the point lies behind 34 bits
  for (const int half : {0, 1}) {
    const std::uint64_t factor = half == 0 ? m & 0xffffffffU : m >> 32;
    std::uint64_t carry = 0;
    for (int i = kWords - 1; i >= half; --i) {
      const auto at = static_cast<std::size_t>(i - half);
      carry += factor * digits(first + 32 * i) + product[at];
      product[at] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  auto quadrant = static_cast<int>(product[1] >> 30);
  std::array<std::uint32_t, kWords> fraction{};
  for (std::size_t i = 1; i + 1 < kWords; ++i) fraction[i] = product[i] << 2 | product[i + 1] >> 30;
  const bool down = (fraction[1] >> 31) != 0;
  double t = 0;
  for (std::size_t i = 1; i + 1 < kWords; ++i) {
    const std::uint32_t word = down ? ~fraction[i] : fraction[i];
    t += std::ldexp(static_cast<double>(word), -32 * static_cast<int>(i));
  }
  if (down) quadrant = (quadrant + 1) % 4;
  const double r = (down ? -t : t) * kHalfPi;
  return x < 0 ? Reduced{(4 - quadrant) % 4, -r} : Reduced{quadrant, r};
}

// Taylor series for |r| <= pi/4, from the last term.
double sine_series(double r) {
  double sum = 0;
  for (int n = 19; n >= 3; n -= 2) sum = (1 + sum) * -(r * r) / (n * (n - 1));
  return r + r * sum;
}

double cosine_series(double r) {
  double sum = 0;
  for (int n = 20; n >= 2; n -= 2) sum = (1 + sum) * -(r * r) / (n * (n - 1));
  return 1 + sum;
}

constexpr double kSmall = 0x1p-30;  // below, x - x^3/6 rounds as well as x does for a float32

double sine_of_quadrant(const Reduced& x, int shift) {
  switch ((x.quadrant + shift) % 4) {
    case 0:
      return sine_series(x.r);
    case 1:
      return cosine_series(x.r);
    case 2:
      return -sine_series(x.r);
    default:
      return -cosine_series(x.r);
  }
}

bool is_finite(double x) { return x - x == 0; }

}  // namespace

double exact_sin(double x) {
  if (!is_finite(x)) return std::numeric_limits<double>::quiet_NaN();
  return std::fabs(x) < kSmall ? x : sine_of_quadrant(reduce(x), 0);
}

double exact_cos(double x) {
  if (!is_finite(x)) return std::numeric_limits<double>::quiet_NaN();
  return std::fabs(x) < kSmall ? 1 : sine_of_quadrant(reduce(x), 1);
}

double exact_tan(double x) {
  if (!is_finite(x)) return std::numeric_limits<double>::quiet_NaN();
  if (std::fabs(x) < kSmall) return x;
  const Reduced reduced = reduce(x);
  return sine_of_quadrant(reduced, 0) / sine_of_quadrant(reduced, 1);
}

// atan a = 2 atan(a / (1 + sqrt(1 + a^2))) three times brings a <= 1 below 0.1; then its series.
double exact_atan(double x) {
  if (x != x) return x;
  const double magnitude = std::fabs(x);
  double a = magnitude > 1 ? 1 / magnitude : magnitude;
  for (int i = 0; i < 3; ++i) a = a / (1 + std::sqrt(1 + a * a));
  double sum = 0;
  for (int n = 19; n >= 3; n -= 2) sum = (1.0 / n - sum) * a * a;
  const double angle = 8 * (a - a * sum);
  return std::copysign(magnitude > 1 ? kHalfPi - (angle - kHalfPiLow) : angle, x);
}

double exact_asin(double x) { return exact_atan(x / std::sqrt((1 - x) * (1 + x))); }

double exact_acos(double x) { return 2 * exact_atan(std::sqrt((1 - x) / (1 + x))); }

}  // namespace trireme
