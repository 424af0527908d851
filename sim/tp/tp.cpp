// SPDX-License-Identifier: Apache-2.0
#include "sim/tp/tp.h"

#include <algorithm>

#include "sim/kernel/fifo.h"
#include "timing/tp.h"

namespace trireme {

namespace {

// Bytes [first, last) of a list of ranges taken as one sequence.
std::vector<AddressRange> cut(const std::vector<AddressRange>& ranges, std::uint64_t first,
                              std::uint64_t last) {
  std::vector<AddressRange> part;
  std::uint64_t position = 0;
  for (const AddressRange& range : ranges) {
    const std::uint64_t begin = std::max(first, position), end = std::min(last, position + range.bytes);
    if (begin < end) part.push_back({static_cast<Address>(range.address + (begin - position)), end - begin});
    position += range.bytes;
  }
  return part;
}

bool is_dense(const TpJob& job) { return is(job, TpOperation::fully_connected); }

bool is_reshuffle(const TpJob& job) { return is(job, TpOperation::reshuffle); }

std::vector<AddressRange> read_ranges(const TpJob& job) {
  return is_reshuffle(job) ? input_ranges_of(job) : ranges_of(job.input);
}

std::vector<AddressRange> written_ranges(const TpJob& job) {
  return is_reshuffle(job) ? output_ranges_of(job) : ranges_of(job.output);
}

std::vector<AddressRange> table_ranges(const TpJob& job) {
  if (is_dense(job)) return {{job.table, job.table_bytes}};
  if (is(job, TpOperation::lut)) return {{job.table, 256}};
  return {};
}

std::vector<AddressRange> constant_ranges(const TpJob& job) {
  std::vector<AddressRange> ranges;
  if (is_dense(job)) {
    ranges.push_back(bias_range(job));
    if (job.post.per_channel != 0) {
      ranges.push_back(
          {job.post.requantizer_address, std::uint64_t{job.output.channels} * sizeof(Requantizer)});
    }
  }
  return ranges;
}

}  // namespace

Tp::Tp(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory)
    : EngineUnit(name, Engine::tp, context, memory) {
  SC_THREAD(read_ahead);
  SC_THREAD(write_behind);
}

JobRanges Tp::ranges(std::uint32_t index) const {
  const auto& job = std::get<TpJob>(job_at(index));
  JobRanges ranges{context_.describe(index), read_ranges(job), written_ranges(job)};
  for (const AddressRange& range : table_ranges(job)) ranges.reads.push_back(range);
  for (const AddressRange& range : constant_ranges(job)) ranges.reads.push_back(range);
  return ranges;
}

void Tp::read_operands(std::uint32_t index) {
  OperandReader reader = reader_for(index);
  operands_ = trireme::read_operands(std::get<TpJob>(job_at(index)), reader);
}

void Tp::write_results(std::uint32_t index) {
  const auto& job = std::get<TpJob>(job_at(index));
  if (is_reshuffle(job)) {
    scatter(job, operands_.input, context_.memory);
    operands_ = {};
    return;
  }
  write_tensor(context_.memory, job.output, compute(job, operands_, context_.describe(index)));
  operands_ = {};
}

std::vector<Tp::Piece> Tp::pieces_of(const TpJob& job) const {
  const auto beat = static_cast<std::uint64_t>(context_.chip.axi.bytes_per_cycle);
  const std::vector<AddressRange> table = table_ranges(job), input = bridged(read_ranges(job), beat),
                                  output = bridged(written_ranges(job), beat);
  const std::uint64_t table_bytes = total_bytes(table), in = total_bytes(input), out = total_bytes(output);
  const std::uint64_t largest = std::max({table_bytes, in, out});
  const std::uint64_t count = std::max<std::uint64_t>(1, (largest + kTpPieceBytes - 1) / kTpPieceBytes);
  const Cycle cycles = tp_compute_cycles(job, context_.chip);
  // A dense layer needs its whole input for the first output, a look-up its whole table.
  const bool input_first = is_dense(job), table_first = !input_first;
  std::vector<Piece> pieces;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto part = [&](const std::vector<AddressRange>& ranges, std::uint64_t bytes, bool all_at_once) {
      if (all_at_once) return i == 0 ? ranges : std::vector<AddressRange>{};
      return cut(ranges, bytes * i / count, bytes * (i + 1) / count);
    };
    Piece piece{part(table, table_bytes, table_first), part(input, in, input_first), part(output, out, false),
                cycles * (i + 1) / count - cycles * i / count};
    if (i == 0) {
      for (const AddressRange& range : constant_ranges(job)) piece.table.push_back(range);
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

void Tp::spend(std::uint32_t index) {
  job_ = index;
  pieces_ = pieces_of(job());
  pieces_written_ = 0;
  started_.notify(sc_core::SC_ZERO_TIME);
  const bool dense = is_dense(job());
  const bool reads_dram = dense ? !is_on_chip(job().table) : !is_on_chip(job().input.address);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    take(read_);
    account_.charge(reads_dram ? Cause::dram : dense ? Cause::coefficients : Cause::input, current_cycle());
    wait_cycles(pieces_[i].cycles);
    account_.charge(Cause::compute, current_cycle());
    computed_.write(i);
    account_.charge(is_on_chip(job().output.address) ? Cause::output : Cause::dram, current_cycle());
  }
  while (pieces_written_ < pieces_.size()) sc_core::wait(written_);
  account_.charge(is_on_chip(job().output.address) ? Cause::output : Cause::dram, current_cycle());
}

void Tp::read_ahead() {
  for (;;) {
    sc_core::wait(started_);
    for (const Piece& piece : pieces_) {
      memory_.transfer(Stream::tp_input, piece.table, false, layer_of(job_));
      const Cycle start = current_cycle();
      memory_.transfer(Stream::tp_input, piece.input, false, layer_of(job_));
      if (!piece.input.empty() && is_on_chip(piece.input.front().address)) {
        wait_until(start +
                   tp_sram_read_cycles(static_cast<std::int64_t>(total_bytes(piece.input)), context_.chip));
      }
      read_.write(0);
    }
  }
}

void Tp::write_behind() {
  for (;;) {
    const Piece& piece = pieces_[take(computed_)];
    memory_.transfer(Stream::tp_output, piece.output, true, layer_of(job_));
    ++pieces_written_;
    written_.notify(sc_core::SC_ZERO_TIME);
  }
}

}  // namespace trireme
