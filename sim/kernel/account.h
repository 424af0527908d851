// SPDX-License-Identifier: Apache-2.0
// An engine's books: every cycle is charged to exactly one cause, in order, so that they close by
// construction.
#pragma once

#include <vector>

#include "timing/cycles.h"
#include "traces/run_record.h"

namespace trireme {

class Account {
 public:
  explicit Account(std::size_t layers) : by_layer_(layers) {}
  // Charges the cycles since the last charge up to `until`; an earlier cycle charges nothing.
  void charge(Cause cause, Cycle until);
  // Later charges also count for this layer; kNoLayer: for none.
  void set_layer(std::size_t layer) { layer_ = layer; }
  static constexpr std::size_t kNoLayer = ~std::size_t{0};

  Cycle charged_until() const { return last_; }
  const CauseCycles& total() const { return total_; }
  const CauseCycles& of_layer(std::size_t layer) const { return by_layer_[layer]; }

 private:
  Cycle last_ = 0;
  std::size_t layer_ = kNoLayer;
  CauseCycles total_;
  std::vector<CauseCycles> by_layer_;
};

}  // namespace trireme
