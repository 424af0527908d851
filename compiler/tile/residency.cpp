// SPDX-License-Identifier: Apache-2.0
#include "compiler/tile/residency.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "compiler/memory/trial.h"

namespace trireme {

namespace {

Cycle tiled_cycles(Plan plan, const Chip& chip, TileSearch search, KnownTilings& known) {
  tile(plan, chip, search, place_maps(plan, chip, true), known);
  return trial_of(plan, chip).total;
}

// Values that have buffers of their own in the VIP-SRAM, largest first.
std::vector<ValueId> residents_of(const Plan& plan, const Chip& chip) {
  const Storage storage = place_maps(plan, chip, true).storage;
  std::vector<std::pair<std::uint32_t, ValueId>> residents;
  for (ValueId value = 0; value < plan.homes.size(); ++value) {
    if (plan.homes[value].buffer == value && memory_of_value(storage, value) == Memory::vip_sram)
      residents.emplace_back(storage.buffers[storage.buffer_of_value[value]].bytes, value);
  }
  std::sort(residents.begin(), residents.end(), std::greater<>());
  std::vector<ValueId> values;
  for (const auto& resident : residents) values.push_back(resident.second);
  return values;
}

}  // namespace

void tile_and_choose_residency(Plan& plan, const Chip& chip, TileSearch search, KnownTilings& known) {
  const std::vector<ValueId> residents = residents_of(plan, chip);
  Cycle best = tiled_cycles(plan, chip, search, known);
  for (const ValueId value : residents) {
    plan.off_vip_sram.insert(value);
    const Cycle without = tiled_cycles(plan, chip, search, known);
    if (without < best) {
      best = without;
    } else {
      plan.off_vip_sram.erase(value);
    }
  }
  tile(plan, chip, search, place_maps(plan, chip, true), known);
}

}  // namespace trireme
