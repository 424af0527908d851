// SPDX-License-Identifier: Apache-2.0
#include "compiler/budget/budget.h"

#include <algorithm>
#include <functional>

#include "compiler/band/band.h"
#include "compiler/memory/trial.h"
#include "compiler/tile/residency.h"

namespace trireme {

namespace {

constexpr std::int64_t kSmallestBudget = 32768;

Chip with_vip_sram(Chip chip, std::int64_t bytes) {
  chip.vip_sram.bytes = bytes;
  return chip;
}

// Best first; of equal ones the smaller: a chip with more has that one, too.
std::vector<Budget> sorted(const std::vector<std::int64_t>& sizes, const Chip& chip,
                           const std::function<Cycle(const Chip&)>& cycles_with) {
  std::vector<Budget> budgets;
  for (const std::int64_t bytes : sizes) budgets.push_back({bytes, cycles_with(with_vip_sram(chip, bytes))});
  std::sort(budgets.begin(), budgets.end(), [](const Budget& a, const Budget& b) {
    return a.cycles != b.cycles ? a.cycles < b.cycles : a.bytes < b.bytes;
  });
  return budgets;
}

}  // namespace

std::vector<std::int64_t> budgets_of(const Chip& chip) {
  const std::int64_t all = chip.vip_sram.bytes;
  if (all <= 0) return {};
  std::vector<std::int64_t> budgets = {all};
  for (std::int64_t power = kSmallestBudget; power < all; power *= 2) {
    for (const std::int64_t quarters : {4, 5, 6, 7}) {
      if (power / 4 * quarters < all) budgets.push_back(power / 4 * quarters);
    }
  }
  std::sort(budgets.rbegin(), budgets.rend());
  return budgets;
}

Chip within_budget(const Chip& chip, const Plan& plan) {
  return plan.vip_sram_budget > 0 ? with_vip_sram(chip, plan.vip_sram_budget) : chip;
}

void tile_as_wanted(Plan& plan, const Chip& chip, const CompileOptions& options, KnownTilings& known) {
  if (options.tile_search == TileSearch::exhaustive && options.use_vip_sram)
    return tile_and_choose_residency(plan, chip, options.tile_search, known);
  tile(plan, chip, options.tile_search, place_maps(plan, chip, options.use_vip_sram), known);
}

// Maps inside a group cannot be seen, and need an SRAM to be in.
void band_as_wanted(Plan& plan, const Chip& chip, const CompileOptions& options) {
  if (options.bands && options.fuse && options.use_vip_sram) band(plan, chip, options.tile_search);
}

void choose_budget(Plan& plan, const Chip& chip, const CompileOptions& options) {
  if (!options.budgets || !options.use_vip_sram) return;
  KnownTilings known;
  plan.budgets = sorted(budgets_of(chip), chip, [&](const Chip& with) {
    Plan copy = plan;
    tile_as_wanted(copy, with, options, known);
    band_as_wanted(copy, with, options);
    return makespan_of(copy, with);
  });
  if (!plan.budgets.empty()) plan.vip_sram_budget = plan.budgets.front().bytes;
}

void widen_budget(Plan& plan, const Chip& chip) {
  if (plan.vip_sram_budget == 0) return;
  std::vector<std::int64_t> sizes = budgets_of(chip);
  sizes.erase(std::remove_if(sizes.begin(), sizes.end(),
                             [&](std::int64_t bytes) { return bytes < plan.vip_sram_budget; }),
              sizes.end());
  const auto cycles = [&](const Chip& with) { return makespan_of(plan, with); };
  plan.vip_sram_budget = sorted(sizes, chip, cycles).front().bytes;
}

}  // namespace trireme
