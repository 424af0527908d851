// SPDX-License-Identifier: Apache-2.0
// Which channel, bank, row and column an address is. Written as fields from the highest to the lowest bits,
// as in "row-bank-column-channel-column4".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trireme {

// Shape of the memory behind one port, all powers of two.
struct DramShape {
  int channels, banks, groups;  // banks of a channel, groups they are divided into
  int column_bytes;             // bytes of one column command: burst length * channel width
  int columns;                  // column commands a row holds
};

struct DramPlace {
  int channel;
  int bank;  // group in the lowest bits
  int column;
  std::int64_t row;
  // Column commands from here on that stay in this row while the address grows; with `interleaved` they
  // alternate between this bank and its neighbour of the other group.
  int run;
  bool interleaved;
};

// A mapping applied to a shape.
class DramMapping {
 public:
  // An Error says what is wrong with the text; `where` names the place it was written.
  DramMapping(const std::string& text, const DramShape& shape, const std::string& where);
  DramPlace place(std::uint64_t address) const;

 private:
  enum class Kind : std::uint8_t { column, channel, group, bank, row };
  struct Field {
    Kind kind;
    int bits;
  };
  std::vector<Field> fields_;  // lowest first
  DramShape shape_;
  int column_shift_ = 0, group_bits_ = 0, run_bits_ = 0;
  bool group_lowest_ = false, xor_bank_ = false;
};

}  // namespace trireme
