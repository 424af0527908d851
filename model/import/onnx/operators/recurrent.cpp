// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "model/import/onnx/operator_table.h"
#include "support/text.h"

namespace trireme {
namespace {

using Activation = RecurrentAttributes::Activation;
using Direction = RecurrentAttributes::Direction;

// Functions by ONNX's names in lower case, with the parameters they have and their defaults.
struct Function {
  Activation activation;
  bool has_alpha = false, has_beta = false;
  float alpha = 0, beta = 0;
};

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> table = {
      {"sigmoid", {Activation::sigmoid}},
      {"tanh", {Activation::tanh}},
      {"relu", {Activation::relu}},
      {"softsign", {Activation::softsign}},
      {"softplus", {Activation::softplus}},
      {"hardsigmoid", {Activation::hard_sigmoid, true, true, 0.2F, 0.5F}},
      {"affine", {Activation::affine, true, true, 1, 0}},
      {"leakyrelu", {Activation::leakyrelu, true, false, 0.01F}},
      {"elu", {Activation::elu, true, false, 1}},
  };
  return table;
}

// Parameters are listed for those functions only that have them, in their order.
void read_activations(OnnxNode& node, const std::vector<std::string>& defaults, std::size_t directions,
                      RecurrentAttributes& a) {
  std::vector<std::string> names = node.texts("activations");
  if (names.empty()) {
    for (std::size_t d = 0; d < directions; ++d) names.insert(names.end(), defaults.begin(), defaults.end());
  }
  const std::vector<float> alphas = node.reals("activation_alpha");
  const std::vector<float> betas = node.reals("activation_beta");
  std::size_t next_alpha = 0, next_beta = 0;
  for (const std::string& name : names) {
    const auto found = functions().find(to_lower(name));
    if (found == functions().end()) {
      std::vector<std::string> known;
      for (const auto& [key, function] : functions()) known.push_back(key);
      node.unsupported("the activation '" + name + "' is not supported", suggestion(to_lower(name), known));
      continue;
    }
    const Function& f = found->second;
    const bool alpha_given = f.has_alpha && next_alpha < alphas.size();
    const bool beta_given = f.has_beta && next_beta < betas.size();
    a.activations.push_back(f.activation);
    a.activation_alpha.push_back(alpha_given ? alphas[next_alpha++] : f.alpha);
    a.activation_beta.push_back(beta_given ? betas[next_beta++] : f.beta);
  }
}

RecurrentAttributes read_recurrent(OnnxNode& node, const std::vector<std::string>& defaults) {
  RecurrentAttributes a;
  static const std::vector<std::string> kDirections = {"forward", "reverse", "bidirectional"};
  const std::string direction = to_lower(node.text("direction", "forward"));
  const auto found = std::find(kDirections.begin(), kDirections.end(), direction);
  if (found == kDirections.end()) {
    node.unsupported("attribute 'direction' is '" + direction + "'", suggestion(direction, kDirections));
  } else {
    a.direction = static_cast<Direction>(found - kDirections.begin());
  }
  read_activations(node, defaults, a.direction == Direction::bidirectional ? 2 : 1, a);
  a.clip = node.real("clip", 0);
  a.batch_first = node.flag("layout", false);
  a.hidden_size = node.integer("hidden_size", 0);
  return a;
}

// `operands` inputs; the size of the state is that of R [directions, gates * hidden, hidden] if it is not
// told.
void recurrent(OnnxNode& node, const char* op, RecurrentAttributes a, std::size_t operands,
               std::size_t outputs) {
  const Shape& weight = node.shape(2);
  if (a.hidden_size == 0 && weight.size() == 3) a.hidden_size = weight[2];
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < operands; ++i) inputs.push_back(i < 3 ? node.input(i) : node.optional_input(i));
  while (inputs.back() == kNone) inputs.pop_back();
  node.results(op, a, std::move(inputs), outputs);
}

void import_lstm(OnnxNode& node) {
  RecurrentAttributes a = read_recurrent(node, {"sigmoid", "tanh", "tanh"});
  a.input_forget = node.flag("input_forget", false);
  recurrent(node, "lstm", a, 8, 3);
}

void import_gru(OnnxNode& node) {
  RecurrentAttributes a = read_recurrent(node, {"sigmoid", "tanh"});
  a.linear_before_reset = node.flag("linear_before_reset", false);
  recurrent(node, "gru", a, 6, 2);
}

void import_rnn(OnnxNode& node) { recurrent(node, "rnn", read_recurrent(node, {"tanh"}), 6, 2); }

}  // namespace

const OnnxFamily& onnx_recurrent_family() {
  static const OnnxFamily rows = {
      {"LSTM",
       3,
       8,
       {"activation_alpha", "activation_beta", "activations", "clip", "direction", "hidden_size",
        "input_forget", "layout"},
       import_lstm,
       3},
      {"GRU",
       3,
       6,
       {"activation_alpha", "activation_beta", "activations", "clip", "direction", "hidden_size", "layout",
        "linear_before_reset"},
       import_gru,
       2},
      {"RNN",
       3,
       6,
       {"activation_alpha", "activation_beta", "activations", "clip", "direction", "hidden_size", "layout"},
       import_rnn,
       2},
  };
  return rows;
}

}  // namespace trireme
