// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/quant/quantization.h"

namespace trireme {

struct CompileOptions {
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
  bool fuse = true;          // false: every layer its own jobs, so that every tensor can be seen
  bool use_vip_sram = true;  // feature maps in the SRAMs where they fit
  bool preload = true;       // coefficients in what they leave of the AXI-SRAM, put there before the run
  std::string dump_ir_pass;  // name of a pass; its text goes to `ir`
  std::string ir;            // out
};

}  // namespace trireme
