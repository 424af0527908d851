// SPDX-License-Identifier: Apache-2.0
// A .npy file put together by hand, for headers that no writer of ours makes.
#pragma once

#include <string>

#include "support/files.h"

namespace trireme {

inline Bytes npy_by_hand(const std::string& header, const Bytes& data, int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  std::size_t length = header.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i, length >>= 8) file += static_cast<char>(length & 0xFF);
  file += header;
  file.append(data.begin(), data.end());
  return Bytes(file.begin(), file.end());
}

}  // namespace trireme
