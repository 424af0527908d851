// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/plan/explanation.h"
#include "model/quant/quantization.h"

namespace trireme {

// How a convolution's tiling is found: the coarsest that fits, the cheapest of some dozens, or of thousands.
enum class TileSearch : std::uint8_t { coarsest, cheapest, exhaustive };

struct CompileOptions {
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
  bool fuse = true;          // false: every layer its own jobs, so that every tensor can be seen
  bool use_vip_sram = true;  // feature maps in the SRAMs where they fit
  bool preload = true;       // coefficients in what they leave of the AXI-SRAM, put there before the run
  bool bands = true;         // runs of layers in bands of rows, so that maps between them stay on chip
  TileSearch tile_search = TileSearch::cheapest;
  bool budgets = true;       // plans for several sizes of the VIP-SRAM, of which the best is kept
  bool explain = false;      // fill `explanation`
  std::string dump_ir_pass;  // name of a pass; its text goes to `ir`
  std::string ir;            // out
  Explanation explanation;   // out
};

// Optimization levels: the same bits at each, other cycles. 0: every layer its own jobs, maps in DRAM, the
// coarsest tilings. 1: fused. 2: maps and caches on chip, tilings by cost. 3: thousands of tilings a layer,
// maps off the chip where caches save more.
constexpr int kLastLevel = 3, kDefaultLevel = 2;
void set_level(CompileOptions& options, int level);

}  // namespace trireme
