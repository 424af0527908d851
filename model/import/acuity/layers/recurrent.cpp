// SPDX-License-Identifier: Apache-2.0
// All operands are inputs of the layer; one that is left out is an empty name. Layers of other tools, which
// know no `activations`, are recurrent_of_others.cpp's.
#include <algorithm>

#include "model/import/acuity/layers/recurrent_of_others.h"
#include "support/text.h"

namespace trireme {
namespace {

// As the enumerations of RecurrentAttributes list them.
const std::vector<std::string> kDirections = {"forward", "reverse", "bidirectional"};

}  // namespace

const std::vector<std::string> kRecurrentActivations = {
    "sigmoid", "tanh", "relu", "hard_sigmoid", "softsign", "softplus", "affine", "leakyrelu", "elu"};

std::size_t place_in(LayerParameters& p, const char* key, const std::string& word,
                     const std::vector<std::string>& words) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  p.complain(key, "is '" + word + "'", suggestion(word, words));
  return 0;
}

namespace {

void write(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<RecurrentAttributes>(node);
  p["num_units"] = a.hidden_size;
  p["direction"] = kDirections[static_cast<std::size_t>(a.direction)];
  p["activations"] = Json::array();
  for (const auto activation : a.activations) {
    p["activations"].push_back(kRecurrentActivations[static_cast<std::size_t>(activation)]);
  }
  p["activation_alpha"] = a.activation_alpha;
  p["activation_beta"] = a.activation_beta;
  p["clip"] = a.clip;
  p["input_forget"] = a.input_forget;
  p["linear_before_reset"] = a.linear_before_reset;
  p["batch_first"] = a.batch_first;
}

std::any read(LayerParameters& p) {
  RecurrentAttributes a;
  a.hidden_size = p.integer("num_units");
  a.direction = static_cast<RecurrentAttributes::Direction>(
      place_in(p, "direction", p.text("direction", "forward"), kDirections));
  for (const std::string& word : p.texts("activations")) {
    a.activations.push_back(static_cast<RecurrentAttributes::Activation>(
        place_in(p, "activations", word, kRecurrentActivations)));
  }
  a.activation_alpha = p.reals("activation_alpha");
  a.activation_beta = p.reals("activation_beta");
  a.clip = p.real("clip", 0.0F);
  a.input_forget = p.flag("input_forget", false);
  a.linear_before_reset = p.flag("linear_before_reset", false);
  a.batch_first = p.flag("batch_first", false);
  return a;
}

std::any read_lstm(LayerParameters& p) { return p.has("activations") ? read(p) : read_lstm_of_others(p); }
std::any read_gru(LayerParameters& p) { return p.has("activations") ? read(p) : read_gru_of_others(p); }

}  // namespace

const LayerFamily& recurrent_layers() {
  static const LayerFamily rows = {{"lstm", lstm_constants(), 4, write, read_lstm, resolve_lstm, true},
                                   {"gru", gru_constants(), 6, write, read_gru, resolve_gru, true},
                                   {"rnn", {}, 0, write, read}};
  return rows;
}

}  // namespace trireme
