// SPDX-License-Identifier: Apache-2.0
// How each operator is spelled in NAME.json: one file a family in layers/. A new operator is one row in its
// family's file; a new family is declared here and listed once in layer_table.cpp.
#pragma once

#include <any>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/graph/attributes.h"
#include "model/graph/graph.h"

namespace trireme {

using Json = nlohmann::ordered_json;

// The `parameters` of one layer, read field by field. Numbers and lists may be strings ("0 2 3 1", "0,0"), as
// older files have them (formats.md §5.1). Complaints are collected under `where`.
class LayerParameters {
 public:
  LayerParameters(const Json& parameters, std::string where, Problems& problems)
      : json_(parameters), where_(std::move(where)), problems_(problems) {}

  bool has(const char* key);
  std::int64_t integer(const char* key, std::optional<std::int64_t> fallback = {});
  float real(const char* key, std::optional<float> fallback = {});
  double number(const char* key, std::optional<double> fallback = {});  // finite
  bool flag(const char* key, std::optional<bool> fallback = {});
  std::string text(const char* key, std::optional<std::string> fallback = {});
  // A single number is a list of one; lists of a list are joined.
  std::vector<std::int64_t> integers(const char* key);
  std::vector<float> reals(const char* key);
  std::vector<std::string> texts(const char* key);
  void require(const char* key, const std::string& only_value);  // as text, if it is there
  void ignore(const std::vector<const char*>& keys);             // meaningless here
  void complain(const char* key, const std::string& what, const std::string& hint = {});
  void reject_unknown();  // every key nobody asked for; call it last

 private:
  const Json* find(const char* key, bool required);
  const Json& json_;
  std::string where_;
  Problems& problems_;
  std::set<std::string> asked_;
};

// A layer while shapes are inferred: those of its inputs are known, and `node` may be changed.
struct LayerSteps {
  Graph& graph;
  Node& node;
  bool own_constants;  // the inputs from 1 on come from NAME.data
  bool channels_last;  // the file's layers are [n,h,w,c]; the data of this one may be turned already
  std::vector<ValueId> results = {};  // the layer's outputs: those of `node`, or of the nodes `behind` it
  std::vector<Node> behind = {};

  const Value& input(std::size_t index) const;  // Error without a place if it is missing
  const Shape& shape(std::size_t index = 0) const { return input(index).shape; }
  // A node in front of this one; its output.
  ValueId step(const std::string& suffix, std::string op, std::any attributes, std::vector<ValueId> inputs);
  // A node behind this one: it takes what is result `port` so far and gives the result. The value between.
  ValueId then(std::size_t port, const std::string& suffix, std::string op, std::any attributes);
  ValueId constant(const std::string& suffix, Tensor tensor);
  // Input `index`, a constant of the layer, in another shape.
  ValueId reshaped_constant(std::size_t index, const Shape& shape);
  void becomes(std::string op, std::any attributes) {
    node.op = std::move(op);
    node.attributes = std::move(attributes);
  }
};

// Where the graph's operator has the channels of its data, for files whose layers have them last.
enum class Channels : std::uint8_t {
  as_told,   // axes are named, or do not matter: read as they stand in the file
  second,    // [n,c,…]: data is turned in front of the layer, and back behind it
  followed,  // element by element: in whichever order its data is there
};

struct LayerFormat {
  std::string op;
  // Keys in NAME.data of the inputs from 1 on: those are constants of the layer, not layers of their own.
  std::vector<std::string> constants;
  int optional_constants = 0;  // how many of them, counted from the last, may be absent
  void (*write)(const Graph& graph, const Node& node, Json& parameters) = nullptr;  // null: no parameters
  std::any (*read)(LayerParameters& parameters) = nullptr;                          // null: no attributes
  // What other tools leave to the shapes of the inputs: their operators become the graph's, open sizes are
  // filled in. Complaints, or Error without a place. Null: nothing.
  void (*resolve)(LayerParameters& parameters, LayerSteps& steps) = nullptr;
  bool constants_of_others = false;  // `constants` are read, and written as layers of their own
  Channels channels = Channels::as_told;
};
using LayerFamily = std::vector<LayerFormat>;
LayerFamily with_channels(Channels channels, LayerFamily rows);
LayerFamily joined(const std::vector<LayerFamily>& families);

const LayerFamily& window_layers();
const LayerFamily& row_layers();
const LayerFamily& dense_layers();
const LayerFamily& activation_layers();
const LayerFamily& normalization_layers();
const LayerFamily& elementwise_layers();
const LayerFamily& shape_layers();
const LayerFamily& movement_layers();
const LayerFamily& indexing_layers();
const LayerFamily& resize_layers();
const LayerFamily& reduction_layers();
const LayerFamily& unary_layers();
const LayerFamily& integer_layers();
const LayerFamily& recurrent_layers();
const LayerFamily& detection_layers();
const LayerFamily& unpooling_layers();
const LayerFamily& foreign_layers();  // operators of other tools: read, never written

const LayerFormat* find_layer_format(const std::string& op);  // null if unknown
std::vector<std::string> layer_ops();                         // with input, output and variable

// Layer id of a constant that is a layer of its own: op "variable". Numbered behind all other layers, by
// first use.
std::vector<std::pair<ValueId, std::string>> variable_layers(const Graph& graph);
// Stored under the layer's own id. If the network computes one of a node's weights, none of them is.
bool is_layer_constant(const Graph& graph, const Node& node, std::size_t input);

}  // namespace trireme
