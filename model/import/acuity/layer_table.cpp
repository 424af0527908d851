// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

using Table = std::map<std::string, const LayerFormat*>;

Table make_table() {
  Table table;
  for (const LayerFamily* family :
       {&window_layers(), &row_layers(), &dense_layers(), &activation_layers(), &normalization_layers(),
        &elementwise_layers(), &shape_layers(), &movement_layers(), &indexing_layers(), &resize_layers(),
        &reduction_layers(), &unary_layers(), &integer_layers(), &recurrent_layers(), &detection_layers(),
        &unpooling_layers(), &foreign_layers()}) {
    for (const LayerFormat& row : *family) {
      if (!table.emplace(row.op, &row).second) internal_error("layer '" + row.op + "' listed twice");
    }
  }
  return table;
}

const Table& table() {
  static const Table instance = make_table();
  return instance;
}

}  // namespace

LayerFamily with_channels(Channels channels, LayerFamily rows) {
  for (LayerFormat& row : rows) row.channels = channels;
  return rows;
}

LayerFamily joined(const std::vector<LayerFamily>& families) {
  LayerFamily rows;
  for (const LayerFamily& family : families) rows.insert(rows.end(), family.begin(), family.end());
  return rows;
}

const LayerFormat* find_layer_format(const std::string& op) {
  const auto found = table().find(op);
  return found == table().end() ? nullptr : found->second;
}

std::vector<std::string> layer_ops() {
  std::vector<std::string> names = {"input", "output", "variable"};
  for (const auto& [name, row] : table()) names.push_back(name);
  return names;
}

bool is_layer_constant(const Graph& graph, const Node& node, std::size_t input) {
  const LayerFormat* format = find_layer_format(node.op);
  if (format == nullptr || format->constants_of_others || input < 1 || input > format->constants.size())
    return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](ValueId id) { return id == kNone || graph.values[id].constant != nullptr; });
}

}  // namespace trireme
