// SPDX-License-Identifier: Apache-2.0
// A way to a memory as the engines use it: a stream asks for ranges and sleeps until they are there.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "timing/memory.h"

namespace trireme {

// Who asks. One blocking request at a time each; the order is the round-robin order.
enum class Stream : std::uint8_t {
  nne_input,
  nne_coefficients,
  nne_prefetch,
  nne_output,
  tp_input,
  tp_output,
  ppu_input,
  ppu_output,
  host_input,
  host_output
};
constexpr std::size_t kStreams = 10;
const char* name_of(Stream stream);  // "NN input", …

class MemoryPath : public sc_core::sc_module {
 public:
  explicit MemoryPath(sc_core::sc_module_name name) : sc_module(name) {}
  // Called from a stream's own thread at the start of a cycle: returns when the last byte has arrived (or was
  // accepted).
  virtual void transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write) = 0;
};

}  // namespace trireme
