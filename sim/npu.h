// SPDX-License-Identifier: Apache-2.0
// The wiring: one chip's front end, engines and memory system around the shared run context.
#pragma once

#include <array>
#include <memory>

#include "sim/control/front_end.h"
#include "sim/host/host.h"
#include "sim/nne/nne.h"
#include "sim/ppu/ppu.h"
#include "sim/tp/tp.h"

namespace trireme {

class Npu {
 public:
  // `reverse` builds the units in reverse order: by design nothing may change.
  Npu(RunContext& context, bool reverse);
  const std::array<EngineUnit*, kEngines>& engines() const { return engines_; }

 private:
  std::unique_ptr<MemorySystem> memory_;
  std::unique_ptr<FrontEnd> front_end_;
  std::unique_ptr<Nne> nne_;
  std::unique_ptr<Tp> tp_;
  std::unique_ptr<Ppu> ppu_;
  std::unique_ptr<Host> host_;
  std::array<EngineUnit*, kEngines> engines_{};
};

}  // namespace trireme
