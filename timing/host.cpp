// SPDX-License-Identifier: Apache-2.0
#include "timing/host.h"

namespace trireme {

std::uint64_t operand_bytes(const HostJob& job) {
  std::uint64_t bytes = 0;
  for (const OperandRange& operand : job.operands) {
    if (operand.access != OperandRange::unused) bytes += operand.bytes;
  }
  return bytes;
}

Cycle host_cycles(const HostJob& job, const Chip& chip) {
  constexpr std::int64_t kElementBytes = 4;
  const auto bytes = static_cast<std::int64_t>(operand_bytes(job));
  return static_cast<Cycle>(ceil_div(bytes, chip.host.bytes_per_cycle) +
                            ceil_div(ceil_div(bytes, kElementBytes), chip.host.operations_per_cycle));
}

}  // namespace trireme
