// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/options.h"

namespace trireme {

void set_level(CompileOptions& options, int level) {
  options.fuse = level >= 1;
  options.use_vip_sram = options.preload = options.bands = options.budgets = level >= 2;
  options.tile_search = level >= 3   ? TileSearch::exhaustive
                        : level == 2 ? TileSearch::cheapest
                                     : TileSearch::coarsest;
}

}  // namespace trireme
