// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/account.h"

namespace trireme {

void Account::charge(Cause cause, Cycle until) {
  if (until <= last_) return;
  const Cycle cycles = until - last_;
  total_[cause] += cycles;
  if (layer_ != kNoLayer) by_layer_[layer_][cause] += cycles;
  last_ = until;
}

}  // namespace trireme
