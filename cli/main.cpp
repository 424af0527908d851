// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "cli/run_cli.h"
#include "support/allocation.h"
#include "support/interrupt.h"

// libsystemc has a main of its own that wants this function; ours never calls it.
extern "C" int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
  trireme::keep_freed_memory();
  trireme::clean_up_on_interrupt();
  return trireme::run_cli(argc, argv);
}
