// SPDX-License-Identifier: Apache-2.0
#include "sim/npu.h"

namespace trireme {

Npu::Npu(RunContext& context, bool reverse) {
  memory_ = std::make_unique<MemorySystem>(context, reverse);
  const auto build_front_end = [&] { front_end_ = std::make_unique<FrontEnd>("front_end", context); };
  const auto build_nne = [&] { nne_ = std::make_unique<Nne>("nne", context, *memory_); };
  const auto build_tp = [&] { tp_ = std::make_unique<Tp>("tp", context, *memory_); };
  const auto build_ppu = [&] { ppu_ = std::make_unique<Ppu>("ppu", context, *memory_); };
  const auto build_host = [&] { host_ = std::make_unique<Host>("host", context, *memory_); };
  if (reverse) {
    build_host();
    build_ppu();
    build_tp();
    build_nne();
    build_front_end();
  } else {
    build_front_end();
    build_nne();
    build_tp();
    build_ppu();
    build_host();
  }
  engines_ = {nne_.get(), tp_.get(), ppu_.get(), host_.get()};
}

}  // namespace trireme
