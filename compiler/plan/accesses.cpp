// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/accesses.h"

#include "compiler/plan/views.h"

namespace trireme {

namespace {

void add(std::vector<Access>& list, Address address, std::int64_t bytes, bool write) {
  if (bytes > 0) list.push_back({address, address + static_cast<std::uint64_t>(bytes), write});
}

void add_post(std::vector<Access>& list, const PostProcessing& post, std::int64_t channels) {
  if (post.per_channel != 0) {
    add(list, post.requantizer_address, channels * std::int64_t{sizeof(Requantizer)}, false);
  }
}

void add_operands(std::vector<Access>& list, const OperandRange (&operands)[kOperandRanges]) {
  for (const OperandRange& operand : operands) {
    if (operand.access == OperandRange::unused) continue;
    add(list, operand.address, operand.bytes, operand.access == OperandRange::write);
  }
}

void add_span(std::vector<Access>& list, const AddressSpan& span, bool write) {
  list.push_back({static_cast<std::uint64_t>(span.begin), static_cast<std::uint64_t>(span.end), write});
}

std::vector<Access> accesses_of_add(const NneJob& job) {
  std::vector<Access> list;
  add(list, job.input.address, bytes_spanned(job.input), false);
  add(list, job.input2.address, bytes_spanned(job.input2), false);
  add(list, job.output.address, bytes_spanned(job.output), true);
  return list;
}

std::vector<Access> accesses(const NneJob& job) {
  if (is(job, NneOperation::add)) return accesses_of_add(job);
  std::vector<Access> list;
  add(list, job.input.address, bytes_spanned(job.input), false);
  add(list, job.output.address, bytes_spanned(job.output), true);
  add(list, job.coefficients, job.coefficient_bytes, false);
  add(list, job.bias, std::int64_t{job.output.channels} * bias_bytes(job.input, job.weight_dtype), false);
  add_post(list, job.post, job.output.channels);
  if (job.activation != 0) add(list, job.table, kTableCodes, false);
  add(list, job.kernel_cache, job.kernel_cache_bytes, true);
  add(list, job.image_cache, job.image_cache_bytes, true);
  return list;
}

std::vector<Access> accesses(const TpJob& job) {
  std::vector<Access> list;
  if (static_cast<TpOperation>(job.header.operation) == TpOperation::reshuffle) {
    const ReshuffleRanges ranges = ranges_of_reshuffle(job);
    if (job.fills == 0) add_span(list, ranges.input, false);
    add_span(list, ranges.output, true);
    return list;
  }
  add(list, job.input.address, bytes_spanned(job.input), false);
  add(list, job.output.address, bytes_spanned(job.output), true);
  add(list, job.table, job.table_bytes, false);
  if (static_cast<TpOperation>(job.header.operation) == TpOperation::fully_connected) {
    add(list, job.bias, elements(job.output) * bias_bytes(job.input, job.weight_dtype), false);
    add_post(list, job.post, elements(job.output));
  }
  return list;
}

std::vector<Access> accesses(const PpuJob& job) {
  std::vector<Access> list;
  add_operands(list, job.operands);
  add(list, job.program, job.program_bytes, false);
  return list;
}

std::vector<Access> accesses(const HostJob& job) {
  std::vector<Access> list;
  add_operands(list, job.operands);
  add(list, job.step, job.step_bytes, false);
  return list;
}

}  // namespace

std::vector<Access> accesses_of(const Job& job) {
  return std::visit([](const auto& one) { return accesses(one); }, job);
}

bool conflict(const std::vector<Access>& a, const std::vector<Access>& b) {
  for (const Access& x : a) {
    for (const Access& y : b) {
      if ((x.write || y.write) && x.begin < y.end && y.begin < x.end) return true;
    }
  }
  return false;
}

}  // namespace trireme
