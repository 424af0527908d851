// SPDX-License-Identifier: Apache-2.0
// The command front end: walks the command stream in order and hands each job to its engine.
#pragma once

#include <systemc>

#include "sim/kernel/run_context.h"

namespace trireme {

class FrontEnd : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(FrontEnd);
  FrontEnd(sc_core::sc_module_name name, RunContext& context);

 private:
  void run();
  RunContext& context_;
};

}  // namespace trireme
