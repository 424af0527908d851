// SPDX-License-Identifier: Apache-2.0
#include "tests/clocked/memory.h"

#include <algorithm>

namespace trireme::clocked {

namespace {

std::int64_t up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

}  // namespace

void Memory::ask(Port port, const Pieces& pieces, bool write) {
  Request& request = requests_[port];
  request.left.assign(pieces.begin(), pieces.end());
  request.write = write;
}

bool Memory::done(Port port, std::int64_t now) const {
  const auto under_way = [&](const Flight& flight) {
    return flight.port == port && !(flight.state == Flight::arrived && flight.until <= now);
  };
  return requests_[port].left.empty() && std::none_of(flights_.begin(), flights_.end(), under_way);
}

// One burst of the next port in turn: up to a multiple of the burst's size or the piece's end, in whole
// beats.
bool Memory::let_in_one(std::int64_t now) {
  if (flights_.size() >= room_) return false;
  for (int i = 1; i <= ports; ++i) {
    const int port = (last_ + i) % ports;
    Request& request = requests_[static_cast<std::size_t>(port)];
    if (request.left.empty()) continue;
    Piece& piece = request.left.front();
    const std::uint64_t bytes = std::min(piece.bytes, burst_bytes_ - piece.address % burst_bytes_);
    Flight flight{};
    flight.port = port;
    const std::uint64_t first_beat = piece.address / beat_bytes_,
                        last_beat = (piece.address + bytes - 1) / beat_bytes_;
    flight.address = first_beat * beat_bytes_;
    flight.bytes = (last_beat - first_beat + 1) * beat_bytes_;
    flight.left = static_cast<std::int64_t>(bytes);
    flight.write = request.write;
    flight.let_in = now;
    flights_.push_back(flight);
    piece.address += bytes;
    piece.bytes -= bytes;
    if (piece.bytes == 0) request.left.pop_front();
    last_ = port;
    return true;
  }
  return false;
}

void Memory::step(std::int64_t now) {
  const auto gone = [&](const Flight& flight) {
    return flight.state == Flight::arrived && flight.until <= now;
  };
  flights_.erase(std::remove_if(flights_.begin(), flights_.end(), gone), flights_.end());
  while (let_in_one(now)) {
  }
  move(now);
}

Sram::Sram(const Chip& chip)
    : Memory(1024, 1, static_cast<std::size_t>(chip.vip_sram.latency_cycles) + 2), chip_(chip) {}

// One beat of the oldest burst that is not through.
void Sram::move(std::int64_t now) {
  for (Flight& flight : flights_) {
    if (flight.state == Flight::arrived) continue;
    flight.left -= chip_.vip_sram.bytes_per_cycle;
    if (flight.left <= 0) {
      flight.state = Flight::arrived;
      flight.until = now + 1 + chip_.vip_sram.latency_cycles;
    }
    return;
  }
}

Dram::Dram(const Chip& chip)
    : Memory(static_cast<std::uint64_t>(chip.axi.burst_bytes),
             static_cast<std::uint64_t>(chip.axi.bytes_per_cycle),
             static_cast<std::size_t>(std::min(chip.axi.max_outstanding, chip.dram.queue_bursts))),
      chip_(chip),
      banks_(static_cast<std::size_t>(chip.dram.banks)) {}

std::int64_t Dram::cycles(std::int64_t picoseconds) const {
  constexpr std::int64_t kPicosecondsOfMegahertz = 1'000'000;  // test chips run at whole megahertz
  return up(picoseconds * (chip_.clock_hz / 1'000'000), kPicosecondsOfMegahertz);
}

std::int64_t Dram::data_cycles(const Flight& flight) const {
  const std::int64_t transfers = up(static_cast<std::int64_t>(flight.bytes), chip_.dram.bus_bytes);
  return up(transfers * (chip_.clock_hz / 1'000'000), chip_.dram.transfers_per_second / 1'000'000);
}

Dram::Bank& Dram::bank_of(const Flight& flight) {
  const std::uint64_t row = flight.address / static_cast<std::uint64_t>(chip_.dram.row_bytes);
  return banks_[row % banks_.size()];
}

// Bursts of a bank take it in the order they were let in.
bool Dram::is_next_of_bank(std::size_t index) const {
  auto* self = const_cast<Dram*>(this);
  for (std::size_t i = 0; i < index; ++i) {
    if (flights_[i].state < Flight::arrived && &self->bank_of(flights_[i]) == &self->bank_of(flights_[index]))
      return false;
  }
  return true;
}

void Dram::command_column(Flight& flight, std::int64_t now) {
  const DramConfig& dram = chip_.dram;
  const std::int64_t data = data_cycles(flight), end = now + cycles(dram.tcl_ps) + data;
  Bank& bank = bank_of(flight);
  bank.free = now + data;
  bank.may_close =
      std::max(bank.may_close, flight.write ? end + cycles(dram.twr_ps) : bank.free + cycles(dram.trtp_ps));
  bus_free_ = end;
  bus_wrote_ = flight.write;
  // Commands are in order and all ways equally long: so is the AXI data channel.
  std::int64_t& axi = axi_free_[flight.write ? 1 : 0];
  axi = std::max(end + cycles(dram.path_latency_ps),
                 axi + up(static_cast<std::int64_t>(flight.bytes), chip_.axi.bytes_per_cycle));
  flight.state = Flight::arrived;
  flight.until = std::max(axi, flight.let_in + 1);
}

bool Dram::advance(std::size_t index, std::int64_t now) {
  const DramConfig& dram = chip_.dram;
  Flight& flight = flights_[index];
  Bank& bank = bank_of(flight);
  const auto row =
      static_cast<std::int64_t>(flight.address / static_cast<std::uint64_t>(dram.row_bytes) / banks_.size());
  switch (flight.state) {
    case Flight::waits_for_address: {
      // Addresses leave in order; where none takes more than a cycle they leave together.
      if (index > 0 && flights_[index - 1].state == Flight::waits_for_address) return false;
      std::int64_t& next = next_address_[flight.write ? 1 : 0];
      if (dram.address_cycles > 1) {
        if (now < next) return false;
        next = now + dram.address_cycles;
      }
      flight.state = Flight::waits_for_bank;
      return true;
    }
    case Flight::waits_for_bank:
      if (!is_next_of_bank(index) || now < bank.free) return false;
      if (bank.row == row) {
        flight.state = Flight::has_row;
      } else if (bank.row < 0) {
        flight.state = Flight::closes_row;  // nothing to close
        flight.until = now;
      } else {
        if (now < bank.may_close) return false;
        flight.state = Flight::closes_row;
        flight.until = now + cycles(dram.trp_ps);
      }
      return true;
    case Flight::closes_row:
      if (now < flight.until) return false;
      bank.row = row;
      bank.may_close = now + cycles(dram.tras_ps);
      flight.state = Flight::opens_row;
      flight.until = now + cycles(dram.trcd_ps);
      return true;
    case Flight::opens_row:
      if (now < flight.until) return false;
      flight.state = Flight::has_row;
      return true;
    case Flight::has_row: {
      // The data bus goes round in order, so the commands do.
      if (index > 0 && flights_[index - 1].state < Flight::arrived) return false;
      const std::int64_t turn = bus_wrote_ && !flight.write ? cycles(dram.twtr_ps) : 0;
      if (now + cycles(dram.tcl_ps) < bus_free_ + turn) return false;
      command_column(flight, now);
      return true;
    }
    case Flight::arrived:
      return false;
  }
  return false;
}

void Dram::move(std::int64_t now) {
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < flights_.size(); ++i) moved = advance(i, now) || moved;
  }
}

}  // namespace trireme::clocked
