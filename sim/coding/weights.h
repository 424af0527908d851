// SPDX-License-Identifier: Apache-2.0
// Weights as the engines multiply by them. Images of one process bring the same streams again: what was
// decoded is kept, and found by every byte of the stream and all that its decoder goes by.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "sim/coding/coefficient_decoder.h"

namespace trireme {

template <typename Number>
struct Weights {
  std::vector<Number> distances;   // [output channel][term], from the zero point
  std::vector<std::int64_t> sums;  // one an output channel
  std::int64_t largest = 0;        // magnitude of a distance
};

template <typename Layout, typename Number>
class DecodedStreams {
 public:
  // Streams that would exceed `bytes` with what is kept already take the place of all that is.
  explicit DecodedStreams(std::uint64_t bytes) : most_(bytes) {}
  // Errors as of the decoder; such a stream is not kept.
  std::shared_ptr<const Weights<Number>> weights_of(const Bytes& stream, const Layout& layout,
                                                    const std::string& where);

 private:
  struct Entry {
    Bytes stream;
    Layout layout;
    std::shared_ptr<const Weights<Number>> weights;
  };
  std::shared_ptr<const Weights<Number>> find(const Bytes& stream, const Layout& layout) const;
  void keep(Entry entry);

  std::mutex mutex_;
  std::multimap<std::size_t, Entry> entries_;  // by the length of the stream
  std::uint64_t bytes_ = 0, most_;
};

// Of this process: Number is float or double for the array, an int32 for the TP.
template <typename Number, typename Layout>
std::shared_ptr<const Weights<Number>> weights_of(const Bytes& stream, const Layout& layout,
                                                  const std::string& where);

}  // namespace trireme
