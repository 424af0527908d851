// SPDX-License-Identifier: Apache-2.0
// For how much of the VIP-SRAM a plan is made. Maps are placed largest first, tiles, bands and caches chosen
// in what they leave, each by itself: with more room a plan can come out worse. So one is made for each of
// several sizes, and the one that ends first is kept. Sizes do not depend on the chip's but for the last: one
// with more VIP-SRAM can have every plan of one with less, if that has a size of the grid.
#pragma once

#include <vector>

#include "compiler/plan/options.h"
#include "compiler/plan/plan.h"
#include "compiler/tile/tile.h"

namespace trireme {

// Of a plan before `tile`: fills Plan::budgets and the one the plan is made for. Nothing is kept of the plans
// but their estimates.
void choose_budget(Plan& plan, const Chip& chip, const CompileOptions& options);
// Of a plan after `pack`, tiled for its budget. Coded coefficients take less room and time than was reckoned,
// so that maps and caches may gain by more of the VIP-SRAM: the best of the sizes from the plan's own on.
void widen_budget(Plan& plan, const Chip& chip);

// Powers of two from 32 KiB on, the quarters between them, and all there is; largest first.
std::vector<std::int64_t> budgets_of(const Chip& chip);
// With the VIP-SRAM that the plan is made for.
Chip within_budget(const Chip& chip, const Plan& plan);

// The passes of these names as the options want them.
void tile_as_wanted(Plan& plan, const Chip& chip, const CompileOptions& options, KnownTilings& known);
void band_as_wanted(Plan& plan, const Chip& chip, const CompileOptions& options);

}  // namespace trireme
