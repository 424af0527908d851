// SPDX-License-Identifier: Apache-2.0
// Which maps leave the VIP-SRAM to caches. `memory` places maps largest first and caches in what they leave;
// some bytes save more as a cache, of coefficients that every tile reads or of a window that every superblock
// does.
#pragma once

#include "compiler/plan/options.h"
#include "compiler/plan/plan.h"
#include "compiler/tile/tile.h"
#include "isa/chip.h"

namespace trireme {

// Of a plan before `tile`: the maps that would lie in the VIP-SRAM go to Plan::off_vip_sram one after the
// other, largest first, where all jobs together are done earlier by the estimate, tilings and caches chosen
// anew. The plan comes back tiled.
void tile_and_choose_residency(Plan& plan, const Chip& chip, TileSearch search, KnownTilings& known);

}  // namespace trireme
