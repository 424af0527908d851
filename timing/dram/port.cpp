// SPDX-License-Identifier: Apache-2.0
#include "timing/dram/port.h"

#include <algorithm>

#include "isa/chip_dram.h"
#include "support/error.h"

namespace trireme {

namespace {

const DramGrade& grade_of(const Chip& chip) {
  const std::vector<FieldComplaint> complaints = complaints_of(chip.dram);
  if (complaints.empty()) return *find_dram_grade(chip.dram.speed);
  const FieldComplaint& first = complaints.front();
  throw Error("chip " + chip.name + ": " + first.field, first.what, first.hint);
}

// A free place of a table that grows to the largest number in use at once.
template <typename Value>
std::uint32_t take_place(std::vector<Value>& table, std::vector<std::uint32_t>& free, const Value& value) {
  if (free.empty()) {
    table.push_back(value);
    return static_cast<std::uint32_t>(table.size() - 1);
  }
  const std::uint32_t place = free.back();
  free.pop_back();
  table[place] = value;
  return place;
}

}  // namespace

DramPort::DramPort(const Chip& chip)
    : outstanding_limit_(chip.axi.max_outstanding),
      bytes_per_cycle_(chip.axi.bytes_per_cycle),
      burst_bytes_(static_cast<std::uint32_t>(chip.axi.burst_bytes)),
      // Half of the path's latency there, half back.
      request_latency_(cycles_of_ps(chip.dram.path_latency_ps / 2, chip.clock_hz)),
      response_latency_(
          cycles_of_ps(chip.dram.path_latency_ps - chip.dram.path_latency_ps / 2, chip.clock_hz)),
      address_cycles_(static_cast<Cycle>(chip.dram.address_cycles)),
      sram_bytes_per_cycle_(chip.axi_sram.bytes_per_cycle),
      sram_latency_(static_cast<Cycle>(chip.axi_sram.latency_cycles)),
      sram_(chip.axi_sram),
      pacer_(chip.dram.limit_bytes_per_second, chip.clock_hz),
      clocks_(dram_clocks(grade_of(chip), chip.dram.device_gbit)),
      crossing_(clocks_.clock_steps, chip.clock_hz),
      mapping_(chip.dram.mapping, dram_shape(chip.dram, grade_of(chip)), "dram.mapping"),
      directions_{Direction(chip.axi), Direction(chip.axi)} {
  columns_bytes_ = dram_shape(chip.dram, grade_of(chip)).column_bytes;
  const DramPolicy policy{chip.dram.queue_bursts, chip.dram.max_wait_clocks};
  for (int i = 0; i < chip.dram.channels; ++i) channels_.emplace_back(clocks_, policy);
}

void DramPort::post(std::size_t stream, const std::vector<AddressRange>& ranges, bool write, Cycle now) {
  if (now > 0) advance(now - 1);  // of earlier cycles nothing more can be asked
  StreamState& state = streams_[stream];
  if (state.active) internal_error("a stream asks twice");
  state = {};
  const auto beat = static_cast<std::uint32_t>(bytes_per_cycle_);
  state.ranges = RangeCutter(ranges, beat);
  state.active = true;
  state.write = write;
  state.bytes_left = beat_bytes(ranges, beat);
  for (const AddressRange& range : ranges) state.in_sram |= range.bytes > 0 && !is_dram(range.address);
  Direction& direction = directions_[write ? 1 : 0];
  direction.waiting |= 1U << stream;
  direction.next_issue = std::max(direction.next_issue, now);
}

// When the next burst of a direction goes, as far as that is known.
Cycle DramPort::issue_time(const Direction& direction) const {
  if (direction.waiting == 0) return kNever;
  if (direction.outstanding < outstanding_limit_) return direction.next_issue;
  return direction.finishing.empty() ? kNever : std::max(direction.next_issue, direction.finishing.front());
}

void DramPort::advance(Cycle now) {
  Cycle bound = 0;
  DramClock limit = horizon(0);
  for (;;) {
    // 1. The next address on AXI; reads before writes of the same cycle.
    const Cycle read = issue_time(directions_[0]), write = issue_time(directions_[1]);
    const Cycle next = std::min(read, write);
    // 2. What the memories begin before anything still to come can arrive, in order of time over all of them.
    if (const Cycle until = std::min(next, now + 1); until != bound) {
      bound = until;
      limit = horizon(until);
    }
    const SramStart sram = next_sram_start();
    DramController* first = nullptr;
    for (DramController& channel : channels_) {
      if (first == nullptr || channel.next_time() < first->next_time()) first = &channel;
    }
    if (sram.at < bound && horizon(sram.at) <= first->next_time()) {
      serve_sram(sram);
      continue;
    }
    if (first->next_time() < limit) {
      if (const DramController::Done done = first->step(); done.done) complete(done);
      continue;
    }
    // 3. Then the address itself.
    if (next > now) return;
    issue(directions_[read <= write ? 0 : 1], next);
  }
}

// One burst of the next stream in turn.
void DramPort::issue(Direction& direction, Cycle at) {
  while (!direction.finishing.empty() && direction.finishing.front() <= at) {
    direction.finishing.pop_front();
    --direction.outstanding;
  }
  std::size_t stream = direction.last_served;
  do {
    stream = (stream + 1) % kMaxStreams;
  } while ((direction.waiting >> stream & 1) == 0);
  direction.last_served = stream;
  StreamState& state = streams_[stream];
  const Burst burst = state.ranges.next(burst_bytes_, state.write);
  state.bytes_left -= burst.bytes;
  if (state.bytes_left == 0) direction.waiting &= ~(1U << stream);
  ++state.bursts_open;
  ++direction.outstanding;
  direction.next_issue = at + (state.in_sram ? 1 : address_cycles_);  // what lies before the DRAM is slow
  last_issue_ = at;
  // The interconnect paces what goes to DRAM. Written data crosses AXI before the request is complete, read
  // data after it.
  Cycle sent = state.in_sram ? at : pacer_.take(burst.bytes, at);
  if (state.write) {
    const auto beats = static_cast<Cycle>(ceil_div(burst.bytes, bytes_per_cycle_));
    sent = direction.data.take(burst.bytes, sent + beats, at);
  }
  if (!state.in_sram) return send(burst, stream, horizon(sent));
  direction.at_sram.push_back({sent, take_place(bursts_, free_bursts_, {stream, burst.bytes, 1, 0})});
  state.columns_left += burst.bytes;
}

DramPort::SramStart DramPort::next_sram_start() const {
  SramStart start;
  Cycle oldest = 0;
  for (const bool write : {false, true}) {
    const auto& waiting = directions_[write ? 1 : 0].at_sram;
    if (waiting.empty()) continue;
    // Of two that wait for one port the one that came first.
    const Cycle arrival = waiting.front().arrival;
    const Cycle at = std::max(arrival, sram_.port_free(write));
    if (at > start.at || (at == start.at && arrival >= oldest)) continue;
    start = {at, write};
    oldest = arrival;
  }
  return start;
}

void DramPort::serve_sram(const SramStart& start) {
  Direction& direction = directions_[start.write ? 1 : 0];
  const std::uint32_t open = direction.at_sram.front().burst;
  direction.at_sram.pop_front();
  const OpenBurst& burst = bursts_[open];
  streams_[burst.stream].columns_left -= burst.bytes;
  finish_burst(open, sram_.issue({kAxiSramBase, burst.bytes, start.write}, start.at));
}

// Cuts a burst where its channel, bank or row changes and hands the pieces to the controllers.
void DramPort::send(const Burst& burst, std::size_t stream, DramClock arrival) {
  const std::uint32_t open = take_place(bursts_, free_bursts_, {stream, burst.bytes, 0, 0});
  const std::uint64_t end = std::uint64_t{burst.address} + burst.bytes;
  const auto width = static_cast<std::uint64_t>(columns_bytes_);
  for (std::uint64_t address = burst.address - burst.address % width; address < end;) {
    const DramPlace place = mapping_.place(address);
    const int columns = std::min(place.run, static_cast<int>((end - address + width - 1) / width));
    const int banks = place.interleaved && columns > 1 ? 2 : 1;
    DramController& channel = channels_[static_cast<std::size_t>(place.channel)];
    const std::uint32_t piece = take_place(pieces_, free_pieces_, {open, columns});
    channel.push({{place.row, place.bank, banks, columns, burst.write}, arrival, piece});
    ++bursts_[open].pieces;
    streams_[stream].columns_left += columns;
    address += static_cast<std::uint64_t>(columns) * width;
  }
}

void DramPort::complete(const DramController::Done& done) {
  // The burst is whole when its last piece is.
  const Piece piece = pieces_[done.tag];
  free_pieces_.push_back(done.tag);
  OpenBurst& burst = bursts_[piece.burst];
  StreamState& state = streams_[burst.stream];
  state.columns_left -= piece.columns;
  burst.data_end = std::max(burst.data_end, done.data_end);
  if (--burst.pieces > 0) return;
  finish_burst(piece.burst, crossing_.to_npu(burst.data_end) + response_latency_);
}

// Its data is at the NPU's side of the memory, or in it.
void DramPort::finish_burst(std::uint32_t open, Cycle ready) {
  const OpenBurst burst = bursts_[open];
  free_bursts_.push_back(open);
  StreamState& state = streams_[burst.stream];
  Direction& direction = directions_[state.write ? 1 : 0];
  // 1. Read data goes over its channel of AXI.
  const Cycle finish = state.write ? ready : direction.data.take(burst.bytes, ready, last_issue_);
  auto place = direction.finishing.end();
  while (place != direction.finishing.begin() && *std::prev(place) > finish) --place;
  direction.finishing.insert(place, finish);
  // 2. The stream is done with its last burst.
  state.finish = std::max(state.finish, finish);
  if (--state.bursts_open > 0 || state.bytes_left > 0) return;
  state.active = false;
  finished_.push_back({burst.stream, state.finish});
}

// A bound for a stream of which something is undecided by now.
Cycle DramPort::earliest_finish(const StreamState& state, Cycle now) const {
  const auto bytes_left = static_cast<std::int64_t>(state.bytes_left);
  if (state.in_sram) {
    const std::int64_t behind = ceil_div(state.columns_left + bytes_left, sram_bytes_per_cycle_);
    return now + 1 + static_cast<Cycle>(behind) + sram_latency_;
  }
  // What no controller has decided goes at the full rate of all channels at best.
  const DramClock undecided = crossing_.to_dram(now + 1 + request_latency_);
  const std::int64_t columns = state.columns_left + ceil_div(bytes_left, columns_bytes_);
  const std::int64_t behind = ceil_div(columns, static_cast<std::int64_t>(channels_.size())) - 1;
  DramClock last_column = undecided + behind * clocks_.ccd_s;
  // And what has not been issued at the interconnect's.
  if (pacer_.limits() && state.bytes_left > burst_bytes_) {
    const Cycle last_burst = pacer_.earliest_after(state.bytes_left - burst_bytes_, now + 1);
    last_column = std::max(last_column, crossing_.to_dram(last_burst + request_latency_));
  }
  const int latency = state.write ? clocks_.write_latency : clocks_.read_latency;
  return crossing_.to_npu(last_column + latency + clocks_.burst) + response_latency_;
}

Cycle DramPort::next_wake(Cycle now) const {
  Cycle wake = kNever;
  for (const StreamState& state : streams_) {
    if (state.active) wake = std::min(wake, earliest_finish(state, now) - 1);
  }
  return wake;
}

}  // namespace trireme
