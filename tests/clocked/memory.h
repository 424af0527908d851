// SPDX-License-Identifier: Apache-2.0
// Memories that do one step a cycle. A port asks for pieces and waits; an arbiter takes the ports in turn, a
// burst at a time, while there is room for one more under way.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "tests/clocked/work.h"

namespace trireme::clocked {

enum Port { input_port, coefficient_port, output_port, ports };

struct Flight {  // a burst under way
  enum State { waits_for_address, waits_for_bank, closes_row, opens_row, has_row, arrived };
  int port;
  std::uint64_t address, bytes;
  bool write;
  std::int64_t let_in;
  State state = waits_for_address;
  std::int64_t until = 0;  // end of the state; arrived: when its bytes are there
  std::int64_t left = 0;   // bytes to move, SRAM
};

class Memory {
 public:
  virtual ~Memory() = default;
  void ask(Port port, const Pieces& pieces, bool write);
  // Whether the port's last request is done at the start of cycle `now`.
  bool done(Port port, std::int64_t now) const;
  // The middle of a cycle: arbitration, then everything that is under way moves.
  void step(std::int64_t now);

 protected:
  Memory(std::uint64_t burst_bytes, std::uint64_t beat_bytes, std::size_t room)
      : burst_bytes_(burst_bytes), beat_bytes_(beat_bytes), room_(room) {}
  virtual void move(std::int64_t now) = 0;
  std::deque<Flight> flights_;  // in the order they were let in

 private:
  bool let_in_one(std::int64_t now);
  struct Request {
    std::deque<Piece> left;
    bool write = false;
  };
  std::uint64_t burst_bytes_, beat_bytes_;
  std::size_t room_;
  std::array<Request, ports> requests_;
  int last_ = ports - 1;
};

class Sram : public Memory {
 public:
  explicit Sram(const Chip& chip);

 private:
  void move(std::int64_t now) override;
  const Chip& chip_;
};

// In order (docs/timing.md "DRAM in order"), then the AXI data channel of the direction. Banks never refresh.
class Dram : public Memory {
 public:
  explicit Dram(const Chip& chip);

 private:
  struct Bank {
    std::int64_t row = -1;                 // open, or none
    std::int64_t free = 0, may_close = 0;  // next column command, next precharge
  };
  void move(std::int64_t now) override;
  bool advance(std::size_t index, std::int64_t now);  // whether anything happened
  bool is_next_of_bank(std::size_t index) const;
  void command_column(Flight& flight, std::int64_t now);
  Bank& bank_of(const Flight& flight);
  std::int64_t cycles(std::int64_t picoseconds) const;
  std::int64_t data_cycles(const Flight& flight) const;

  const Chip& chip_;
  std::vector<Bank> banks_;
  std::int64_t next_address_[2] = {0, 0};  // reads, writes
  std::int64_t bus_free_ = 0;
  bool bus_wrote_ = false;
  std::int64_t axi_free_[2] = {0, 0};
};

}  // namespace trireme::clocked
