// SPDX-License-Identifier: Apache-2.0
// Whether the layers of a file are [n,c,h,w] or [n,h,w,c]: one answer a file. Graphs from TensorFlow are
// [n,h,w,c], those from ONNX and Caffe [n,c,h,w] with permutes put in (formats.md §5.1), so MetaData tells
// it; and so does each convolution whose data is an input of the network, as far as permutes and functions of
// single elements lead: its weight has as many channels as the data, at one axis or the other.
#include <fmt/format.h>

#include <optional>

#include "model/graph/operators.h"
#include "model/import/acuity/loader.h"
#include "support/text.h"

namespace trireme {
namespace {

const char* layout(bool channels_last) { return channels_last ? "[n,h,w,c]" : "[n,c,h,w]"; }

std::optional<bool> order_of_platform(const std::string& platform) {
  const std::string word = to_lower(platform);
  if (word == "tensorflow" || word == "tflite" || word == "keras") return true;
  if (word == "onnx" || word == "caffe") return false;
  return {};
}

// Data as it comes from an input; `turned` behind a permute, which may be one that a layout pass put in.
struct Known {
  Shape shape;
  bool turned = false;
};

struct Witness {
  bool channels_last = false, turned = false;
  std::string says;
};

std::optional<Shape> permuted_shape(const Shape& shape, const std::vector<std::int64_t>& perm) {
  Shape result;
  for (const std::int64_t axis : perm) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(shape.size())) return {};
    result.push_back(shape[static_cast<std::size_t>(axis)]);
  }
  return result;
}

std::optional<Witness> ask(const Loader& l, const Node& node, const Known& data) {
  const ValueId weight_id = node.inputs.size() > 1 ? node.inputs[1] : kNone;
  if (weight_id == kNone || l.graph.values[weight_id].constant == nullptr) return {};
  const Shape& weight = l.graph.values[weight_id].shape;
  const std::int64_t groups = attributes<ConvolutionAttributes>(node).groups;
  if (weight.size() != 4 || data.shape.size() != 4 || groups < 1) return {};
  const auto fits = [&](std::int64_t channels) {
    return channels % groups == 0 && channels / groups == weight[1];
  };
  const bool first = fits(data.shape[1]), last = fits(data.shape[3]);
  if (first == last) return {};
  return Witness{last, data.turned,
                 fmt::format("layer '{}' takes {} channels, axis {} of {}", printable(node.lid),
                             data.shape[last ? 3 : 1], last ? 3 : 1, to_string(data.shape))};
}

std::vector<Witness> witnesses(const Loader& l) {
  std::map<ValueId, Known> known;
  const std::set<ValueId> open(l.squares.begin(), l.squares.end());
  for (const ValueId id : l.graph.inputs) {
    if (open.count(id) == 0 && l.graph.values[id].shape.size() == 4) known[id] = {l.graph.values[id].shape};
  }
  std::vector<Witness> found;
  for (const Node& node : l.graph.nodes) {
    const auto data = node.inputs.empty() ? known.end() : known.find(node.inputs[0]);
    if (data == known.end() || node.outputs.empty()) continue;
    if (node.op == "convolution") {
      if (std::optional<Witness> witness = ask(l, node, data->second)) found.push_back(std::move(*witness));
    } else if (node.op == "permute") {
      if (auto shape = permuted_shape(data->second.shape, attributes<PermuteAttributes>(node).perm))
        known[node.outputs[0]] = {std::move(*shape), true};
    } else if (find_layer_format(node.op)->channels == Channels::followed) {
      const Known same = data->second;
      known[node.outputs[0]] = same;
    }
  }
  return found;
}

// What the two words of MetaData say, if they don't say both.
std::optional<bool> order_of_words(Loader& l, const LayerFile& file, bool others_tell) {
  const auto now = order_of_platform(file.platform), once = order_of_platform(file.original_platform);
  if (!now || !once || *now == *once) return now ? now : once;
  if (!others_tell) {
    l.problems.add(
        l.json_file,
        fmt::format("'Platform' is {}, whose layers are {}, 'Org_Platform' is {}, whose are {}",
                    printable(file.platform), layout(*now), printable(file.original_platform), layout(*once)),
        "no convolution on an input of the network tells which holds");
  }
  return {};
}

}  // namespace

void find_axis_order(Loader& l, const LayerFile& file) {
  if (file.generator == "trireme") return;  // our own files are [n,c,h,w], wherever the network came from
  const std::vector<Witness> found = witnesses(l);
  for (const Witness& witness : found) {
    if (witness.channels_last != found[0].channels_last)
      return l.problems.add(l.json_file,
                            "layers are in different orders: " + found[0].says + ", " + witness.says,
                            "one order a file is needed");
  }
  const std::optional<bool> told = order_of_words(l, file, !found.empty());
  for (const Witness& witness : found) {
    if (told && *told != witness.channels_last && !witness.turned)
      return l.problems.add(l.json_file, fmt::format("'Platform' says that layers are {}, but {}",
                                                     layout(*told), witness.says));
  }
  l.channels_last = found.empty() ? told.value_or(false) : found[0].channels_last;
  if (!l.channels_last) return;
  for (const ValueId id : l.squares) {
    Shape& shape = l.graph.values[id].shape;  // [1,c,s,s]
    std::swap(shape.at(1), shape.at(3));
  }
  const std::string why =
      found.empty() ? fmt::format("'Platform' is {}", printable(file.platform)) : found[0].says;
  l.graph.notes.push_back("layers are read as [n,h,w,c]: " + why);
}

}  // namespace trireme
