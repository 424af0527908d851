// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

namespace trireme {

// Blocking read. sc_fifo::read() by value returns a local that compilers take for uninitialised.
template <typename T>
T take(sc_core::sc_fifo<T>& fifo) {
  T value{};
  fifo.read(value);
  return value;
}

}  // namespace trireme
