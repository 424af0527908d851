// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/quant/quantization.h"

namespace trireme {

struct CompileOptions {
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
  bool fuse = true;          // false: every layer its own jobs, so that every tensor can be seen
  bool use_vip_sram = true;  // feature maps on chip where they fit
  std::string dump_ir_pass;  // name of a pass; its text goes to `ir`
  std::string ir;            // out
};

}  // namespace trireme
