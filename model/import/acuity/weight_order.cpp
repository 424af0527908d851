// SPDX-License-Identifier: Apache-2.0
// The order of weights in a pickled NAME.data is not published (formats.md §5.2). A layer's shape tells it
// where only one order fits its kernel and number of outputs; where both fit, the file's other layers of the
// operator do. Without any, a table's `channel_dim` speaks: 0, outputs first, for convolutions and -1,
// outputs last, for fullconnect (formats.md §4.2).
#include <fmt/format.h>

#include "model/import/acuity/layer_data.h"
#include "model/import/constants.h"

namespace trireme {
namespace {

// What the network says of a weight, and the orders in which that may stand; -1: any size.
struct Expected {
  Shape ours, other;
  std::vector<std::int64_t> to_ours;  // permutation of the other order
  bool ours_by_default = true;
};

Expected expected_of(const Layer& layer) {
  Problems unheard;  // the operator's own reader complains about its parameters
  LayerParameters p(layer.parameters, {}, unheard);
  const std::int64_t outputs = p.integer("weights", -1);
  if (layer.op == "fullconnect") return {{outputs, -1}, {-1, outputs}, {1, 0}, false};
  const std::int64_t width = p.integer("ksize", -1);
  if (layer.op == "conv1d") return {{outputs, -1, width}, {width, -1, outputs}, {2, 1, 0}};
  const std::int64_t h = p.integer("ksize_h", -1), w = p.integer("ksize_w", -1);
  if (layer.op == "convolution") return {{outputs, -1, h, w}, {h, w, -1, outputs}, {3, 2, 0, 1}};
  const std::int64_t groups = p.integer("group_number", 1);
  const std::int64_t each = outputs > 0 && groups > 0 ? outputs / groups : -1;
  return {{-1, each, h, w}, {h, w, each, -1}, {3, 2, 0, 1}};
}

bool fits(const Shape& shape, const Shape& expected) {
  if (shape.size() != expected.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (expected[i] != -1 && expected[i] != shape[i]) return false;
  }
  return true;
}

// TensorFlow's depthwise weights: height, width, groups, outputs of a group; output g * multiplier + m is
// [g][m].
Tensor from_depthwise(const Tensor& weight, ConstantBudget& budget) {
  const Shape& s = weight.shape;
  return reshaped(permuted(weight, {2, 3, 0, 1}, budget), {s[2] * s[3], 1, s[0], s[1]}, budget);
}

bool is_depthwise(const Layer& layer, const Expected& expected, const Shape& shape) {
  if (layer.op != "convolution" || shape.size() != 4 || fits(shape, expected.ours) ||
      fits(shape, expected.other))
    return false;
  Problems unheard;
  const std::int64_t groups = LayerParameters(layer.parameters, {}, unheard).integer("group_number", 1);
  const std::int64_t outputs = expected.ours[0];
  if (groups < 2 || outputs < 1 || outputs % groups != 0) return false;
  return fits(shape, {expected.ours[2], expected.ours[3], groups, outputs / groups});
}

struct Found {
  bool ours = false, other = false;  // a layer of this operator fits this order only
};

bool is_in_other_order(const Expected& expected, const Shape& shape, const Found& found) {
  const bool ours = fits(shape, expected.ours), other = fits(shape, expected.other);
  if (ours != other) return other;
  if (!ours) return false;  // neither: the check of shapes has a word for that
  if (found.ours != found.other) return found.other;
  return !expected.ours_by_default;
}

}  // namespace

void order_weights(const std::vector<Layer>& layers, const std::string& file, LayerData& data,
                   Problems& problems) {
  if (!data.pickled) return;
  for (const char* op : {"convolution", "conv1d", "deconvolution", "fullconnect"}) {
    std::vector<std::pair<Tensor*, Expected>> weights;
    Found found;
    for (const Layer& layer : layers) {
      const auto weight = data.tensors.find(layer.lid + ":weight");
      if (layer.op != op || weight == data.tensors.end()) continue;
      const Expected expected = expected_of(layer);
      if (is_depthwise(layer, expected, weight->second.shape)) {
        ConstantBudget twice(2 * weight->second.bytes.size());
        weight->second = from_depthwise(weight->second, twice);
        found.other = true;
        continue;
      }
      weights.emplace_back(&weight->second, expected);
      const bool ours = fits(weight->second.shape, weights.back().second.ours);
      const bool other = fits(weight->second.shape, weights.back().second.other);
      found.ours = found.ours || (ours && !other);
      found.other = found.other || (other && !ours);
    }
    if (found.ours && found.other)
      problems.add(file, fmt::format("weights of {} layers are in different orders", op),
                   "one order is needed");
    for (auto& [weight, expected] : weights) {
      ConstantBudget once(weight->bytes.size());
      if (is_in_other_order(expected, weight->shape, found))
        *weight = permuted(*weight, expected.to_ours, once);
    }
  }
}

}  // namespace trireme
