// SPDX-License-Identifier: Apache-2.0
// Powers by plain IEEE double arithmetic: the same bits on every machine, which no libm promises. Written
// separately from model/reference on purpose: each is the other's check.
#pragma once

namespace trireme {

// base^exponent within 1e-13 of it while its logarithm stays below 100; base above zero, both finite.
double power(double base, double exponent);

}  // namespace trireme
