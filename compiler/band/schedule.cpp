// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/schedule.h"

#include <algorithm>
#include <array>

namespace trireme {

namespace {

// By layer: how many bands it is behind the first one.
std::vector<std::size_t> delays_of(const std::vector<BandedJob>& band) {
  std::vector<std::size_t> delays(band.size(), 0);
  for (std::size_t i = 1; i < band.size(); ++i) {
    const bool from_tp = engine_of(band[i - 1].job) == Engine::tp && engine_of(band[i].job) != Engine::tp;
    delays[i] = delays[i - 1] + (from_tp ? 1 : 0);
  }
  return delays;
}

}  // namespace

std::vector<Step> order_of(const Bands& bands) {
  const std::vector<std::size_t> delays = delays_of(bands.front());
  std::vector<Step> order;
  for (std::size_t turn = 0; turn < bands.size() + delays.back(); ++turn) {
    for (std::size_t layer = 0; layer < delays.size(); ++layer) {
      if (turn >= delays[layer] && turn - delays[layer] < bands.size())
        order.push_back({turn - delays[layer], layer});
    }
  }
  return order;
}

Cycle cycles_of(const Bands& bands, const std::vector<std::vector<Cycle>>& prices) {
  std::array<Cycle, kEngines> free{};
  std::vector<Cycle> done(bands.size(), 0);
  for (const auto& [band, layer] : order_of(bands)) {
    Cycle& engine = free[static_cast<std::size_t>(engine_of(bands[band][layer].job))];
    engine = done[band] = std::max(engine, done[band]) + prices[band][layer];
  }
  return *std::max_element(done.begin(), done.end());
}

}  // namespace trireme
