// SPDX-License-Identifier: Apache-2.0
// Computes what a network binary says, job by job, without any notion of time: so the compiler is tested on
// values before and apart from the simulator. Rule vipf with ties half up only.
#pragma once

#include <vector>

#include "isa/chip.h"
#include "isa/network_binary.h"

namespace trireme::test {

class Machine {
 public:
  Machine(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs);
  void run(std::size_t job);
  Tensor output(std::size_t index) const;

 private:
  std::uint8_t& byte(std::uint64_t address);
  Bytes bytes(std::uint64_t address, std::size_t count);
  int code(const TensorView& view, int c, int y, int x);
  void set_code(const TensorView& view, int c, int y, int x, int code);
  std::int32_t word(Address address, int index);
  void run(const NneJob& job);
  void run(const TpJob& job);
  void run(const PpuJob& job);
  void run(const HostJob& job);
  void reshuffle(const TpJob& job);
  void pool(const TpJob& job);
  void fully_connected(const TpJob& job);

  const NetworkBinary& binary_;
  Bytes dram_, axi_sram_, sram_;
};

}  // namespace trireme::test
