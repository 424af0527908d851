// SPDX-License-Identifier: Apache-2.0
// The scheduled DRAM (timing/dram/) on the simulator's time axis: streams ask and sleep, one process advances
// the port when somebody has asked or may be done.
#pragma once

#include <array>
#include <systemc>
#include <vector>

#include "sim/bus/path.h"
#include "timing/dram/port.h"

namespace trireme {

class DramChannel : public MemoryPath {
 public:
  SC_HAS_PROCESS(DramChannel);
  DramChannel(sc_core::sc_module_name name, const Chip& chip);
  void transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write) override;

 private:
  void serve();

  DramPort port_;
  std::array<sc_core::sc_event, kStreams> done_;
  sc_core::sc_event posted_;
};

}  // namespace trireme
