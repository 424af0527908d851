// SPDX-License-Identifier: Apache-2.0
#include "timing/dram/port.h"

#include <algorithm>

#include "support/error.h"

namespace trireme {

namespace {

// What the chip's fields cannot say one by one: devices that exist, whole devices on a channel's bus.
DramClocks clocks_of(const Chip& chip) {
  const DramConfig& dram = chip.dram;
  const std::string where = "chip " + chip.name + ": ";
  const DramGrade* grade = find_dram_grade(dram.speed);
  if (grade == nullptr) throw Error(where + "dram.speed", "'" + dram.speed + "' is no speed grade");
  if (refresh_ps(grade->family, dram.device_gbit) == 0) {
    throw Error(where + "dram.device_gbit",
                dram.speed + " has no devices of " + std::to_string(dram.device_gbit) + " Gbit",
                "4 and 8 always exist");
  }
  const auto power_of_two = [](int value) { return (value & (value - 1)) == 0; };
  if (dram.channel_bits % grade->device_bits != 0 || !power_of_two(dram.channel_bits)) {
    throw Error(where + "dram.channel_bits",
                std::to_string(dram.channel_bits) + " bits are no whole devices of " + dram.speed,
                "a power of two times " + std::to_string(grade->device_bits));
  }
  if (!power_of_two(dram.channels))
    throw Error(where + "dram.channels", std::to_string(dram.channels) + " is no power of two",
                "1, 2, 4 or 8");
  if (dram.queue_bursts > DramController::kMaxQueue) {
    throw Error(where + "dram.queue_bursts",
                std::to_string(dram.queue_bursts) + " is too deep for a scheduler",
                "at most " + std::to_string(DramController::kMaxQueue));
  }
  return dram_clocks(*grade, dram.device_gbit);
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

DramShape dram_shape(const DramConfig& config, const DramClocks& clocks) {
  const int devices = config.channel_bits / clocks.device_bits;
  const int column_bytes = config.channel_bits / 8 * clocks.burst_length;
  return {config.channels, clocks.banks, clocks.groups, column_bytes,
          clocks.page_bytes * devices / column_bytes};
}

DramPort::DramPort(const Chip& chip)
    : outstanding_limit_(chip.axi.max_outstanding),
      bytes_per_cycle_(chip.axi.bytes_per_cycle),
      burst_bytes_(static_cast<std::uint32_t>(chip.axi.burst_bytes)),
      // Half of the path's latency there, half back.
      request_latency_(cycles_of_ps(chip.dram.path_latency_ps / 2, chip.clock_hz)),
      response_latency_(
          cycles_of_ps(chip.dram.path_latency_ps - chip.dram.path_latency_ps / 2, chip.clock_hz)),
      clocks_(clocks_of(chip)),
      crossing_(clocks_.clock_steps, chip.clock_hz),
      mapping_(chip.dram.mapping, dram_shape(chip.dram, clocks_), "chip " + chip.name + ": dram.mapping") {
  columns_bytes_ = dram_shape(chip.dram, clocks_).column_bytes;
  const DramPolicy policy{chip.dram.queue_bursts, chip.dram.max_wait_clocks};
  for (int i = 0; i < chip.dram.channels; ++i) channels_.emplace_back(clocks_, policy);
}

void DramPort::post(std::size_t stream, const std::vector<AddressRange>& ranges, bool write, Cycle now) {
  if (now > 0) advance(now - 1);  // of earlier cycles nothing more can be asked
  StreamState& state = streams_[stream];
  if (state.active) internal_error("a stream asks twice");
  state = {};
  state.ranges = RangeCutter(ranges);
  state.active = true;
  state.write = write;
  state.bytes_left = total_bytes(ranges);
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
    // 2. Commands that go before anything still to come can arrive, over all channels in order of time.
    if (const Cycle until = std::min(next, now + 1); until != bound) {
      bound = until;
      limit = horizon(until);
    }
    DramController* first = nullptr;
    for (DramController& channel : channels_) {
      if (first == nullptr || channel.next_time() < first->next_time()) first = &channel;
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
  direction.next_issue = at + 1;
  // Written data crosses AXI before the request is complete, read data after it.
  Cycle sent = at;
  if (state.write) {
    sent = std::max(at, direction.data_free) + static_cast<Cycle>(ceil_div(burst.bytes, bytes_per_cycle_));
    direction.data_free = sent;
  }
  send(burst, stream, horizon(sent));
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
  // 1. The burst is whole when its last piece is.
  const Piece piece = pieces_[done.tag];
  free_pieces_.push_back(done.tag);
  OpenBurst& burst = bursts_[piece.burst];
  StreamState& state = streams_[burst.stream];
  state.columns_left -= piece.columns;
  burst.data_end = std::max(burst.data_end, done.data_end);
  if (--burst.pieces > 0) return;
  free_bursts_.push_back(piece.burst);
  // 2. Back to the NPU; read data goes over its channel of AXI in the order it comes.
  Direction& direction = directions_[state.write ? 1 : 0];
  Cycle finish = crossing_.to_npu(burst.data_end) + response_latency_;
  if (!state.write) {
    const auto beats = static_cast<Cycle>(ceil_div(burst.bytes, bytes_per_cycle_));
    finish = direction.data_free = std::max(finish, direction.data_free + beats);
  }
  auto place = direction.finishing.end();
  while (place != direction.finishing.begin() && *std::prev(place) > finish) --place;
  direction.finishing.insert(place, finish);
  // 3. The stream is done with its last burst.
  state.finish = std::max(state.finish, finish);
  if (--state.bursts_open > 0 || state.bytes_left > 0) return;
  state.active = false;
  finished_.push_back({burst.stream, state.finish});
}

Cycle DramPort::next_wake(Cycle now) const {
  Cycle wake = kNever;
  const DramClock undecided = crossing_.to_dram(now + 1 + request_latency_);
  for (const StreamState& state : streams_) {
    if (!state.active) continue;
    // What no controller has decided by now goes at the full rate of all channels at best.
    const std::int64_t columns =
        state.columns_left + ceil_div(static_cast<std::int64_t>(state.bytes_left), columns_bytes_);
    const std::int64_t behind = ceil_div(columns, static_cast<std::int64_t>(channels_.size())) - 1;
    const int latency = state.write ? clocks_.write_latency : clocks_.read_latency;
    const DramClock data_end = undecided + behind * clocks_.ccd_s + latency + clocks_.burst;
    wake = std::min(wake, crossing_.to_npu(data_end) + response_latency_ - 1);
  }
  return wake;
}

}  // namespace trireme
