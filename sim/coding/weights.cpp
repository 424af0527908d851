// SPDX-License-Identifier: Apache-2.0
#include "sim/coding/weights.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "sim/arithmetic/codes.h"

namespace trireme {

namespace {

// Per engine and number: the weights of ResNet-50 and their streams take half of it.
constexpr std::uint64_t kKeptBytes = std::uint64_t{256} << 20;

auto fields(const NneWeightLayout& l) {
  return std::make_tuple(l.channels, l.height, l.width, l.kernels, l.at_once, l.depthwise, l.groups, l.dtype,
                         l.zero_point, l.coding, l.cores, l.zrl_bits);
}
auto fields(const TpWeightLayout& l) { return std::make_tuple(l.inputs, l.outputs, l.dtype, l.zero_point); }

std::size_t rows(const NneWeightLayout& layout) { return static_cast<std::size_t>(layout.kernels); }
std::size_t rows(const TpWeightLayout& layout) { return layout.outputs; }

template <typename Number>
Weights<Number> distances_of(const Bytes& stored, std::uint8_t dtype, std::int32_t zero_point,
                             std::size_t rows) {
  const Codes codes = codes_of(stored, dtype);
  const std::size_t terms = rows == 0 ? 0 : codes.size() / rows;
  Weights<Number> weights;
  weights.distances.resize(codes.size());
  weights.sums.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = row * terms; i < (row + 1) * terms; ++i) {
      const std::int32_t distance = codes[i] - zero_point;
      weights.distances[i] = static_cast<Number>(distance);
      weights.sums[row] += distance;
      weights.largest = std::max<std::int64_t>(weights.largest, std::abs(distance));
    }
  }
  return weights;
}

}  // namespace

template <typename Layout, typename Number>
std::shared_ptr<const Weights<Number>> DecodedStreams<Layout, Number>::find(const Bytes& stream,
                                                                            const Layout& layout) const {
  const auto [first, last] = entries_.equal_range(stream.size());
  const auto found = std::find_if(first, last, [&](const auto& known) {
    return fields(known.second.layout) == fields(layout) && known.second.stream == stream;
  });
  return found == last ? nullptr : found->second.weights;
}

template <typename Layout, typename Number>
void DecodedStreams<Layout, Number>::keep(Entry entry) {
  const std::uint64_t size = entry.stream.size() + entry.weights->distances.size() * sizeof(Number);
  if (size > most_) return;
  if (bytes_ + size > most_) {
    entries_.clear();
    bytes_ = 0;
  }
  bytes_ += size;
  const std::size_t length = entry.stream.size();
  entries_.emplace(length, std::move(entry));
}

template <typename Layout, typename Number>
std::shared_ptr<const Weights<Number>> DecodedStreams<Layout, Number>::weights_of(const Bytes& stream,
                                                                                  const Layout& layout,
                                                                                  const std::string& where) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (auto known = find(stream, layout)) return known;
  auto weights = std::make_shared<const Weights<Number>>(distances_of<Number>(
      decode_coefficients(stream, layout, where), layout.dtype, layout.zero_point, rows(layout)));
  keep({stream, layout, weights});
  return weights;
}

template class DecodedStreams<NneWeightLayout, float>;
template class DecodedStreams<NneWeightLayout, double>;
template class DecodedStreams<TpWeightLayout, std::int32_t>;

template <typename Number, typename Layout>
std::shared_ptr<const Weights<Number>> weights_of(const Bytes& stream, const Layout& layout,
                                                  const std::string& where) {
  static DecodedStreams<Layout, Number> known(kKeptBytes);
  return known.weights_of(stream, layout, where);
}

template std::shared_ptr<const Weights<float>> weights_of(const Bytes&, const NneWeightLayout&,
                                                          const std::string&);
template std::shared_ptr<const Weights<double>> weights_of(const Bytes&, const NneWeightLayout&,
                                                           const std::string&);
template std::shared_ptr<const Weights<std::int32_t>> weights_of(const Bytes&, const TpWeightLayout&,
                                                                 const std::string&);

}  // namespace trireme
