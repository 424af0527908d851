// SPDX-License-Identifier: Apache-2.0
// Parameters and names of the matrices: formats.md, appendices A and B. Whether a matrix is [units,features]
// or [features,units] is not published: its shape tells, and the square ones of the state stand the same way.
// [I]
#include "model/import/acuity/layers/recurrent_of_others.h"

#include <algorithm>

#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {
namespace {

using Activation = RecurrentAttributes::Activation;
using Gates = std::vector<std::size_t>;  // inputs of the node, in the order of the stacked matrix

// Both gates' functions first; `others` of the state.
void read_functions(LayerParameters& p, std::size_t others, RecurrentAttributes& a) {
  const auto read = [&](const char* key, const char* fallback) {
    return static_cast<Activation>(place_in(p, key, p.text(key, fallback), kRecurrentActivations));
  };
  a.activations = {read("recurrent_activation", "sigmoid")};
  a.activations.insert(a.activations.end(), others, read("activation", "tanh"));
  for (const Activation activation : a.activations) {  // Keras' hard sigmoid; others have no parameters here
    const bool hard = activation == Activation::hard_sigmoid;
    a.activation_alpha.push_back(hard ? 0.2F : 0);
    a.activation_beta.push_back(hard ? 0.5F : 0);
    if (activation >= Activation::affine)
      p.complain("activation", "has parameters of its own",
                 "sigmoid, tanh, relu, hard_sigmoid, softsign, softplus");
  }
}

void read_common(LayerParameters& p, RecurrentAttributes& a) {
  a.batch_first = !p.flag("time_major", true);
  p.flag("return_sequences", true);
}

void refuse(LayerParameters& p, const char* key) {
  if (p.flag(key, false)) p.complain(key, "is true", "false is supported");
}

// The matrices of these gates, one below the other: [1, gates * rows, columns].
Tensor stacked(const LayerSteps& steps, const Gates& gates, std::int64_t rows, std::int64_t columns,
               bool turned) {
  const Shape wanted = turned ? Shape{columns, rows} : Shape{rows, columns};
  for (const std::size_t gate : gates) {
    if (steps.shape(gate) != wanted)
      throw Error({}, "a matrix of " + to_string(steps.shape(gate)),
                  to_string(wanted) + ", as the first one stands");
  }
  Tensor result(DataType::float32, {1, static_cast<std::int64_t>(gates.size()) * rows, columns});
  float* to = result.data<float>();
  for (const std::size_t gate : gates) {
    const Tensor matrix = real_constant(steps.input(gate));
    const float* from = matrix.data<float>();
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) *to++ = from[turned ? c * rows + r : r * columns + c];
    }
  }
  return result;
}

// Of the data, then of the state; `second` may be empty: zeros. [1, 2 * gates * units]
Tensor biases(const LayerSteps& steps, const Gates& first, const Gates& second, std::int64_t units) {
  Tensor result(DataType::float32, {1, 2 * static_cast<std::int64_t>(first.size()) * units});
  std::int64_t at = 0;
  for (const Gates* gates : {&first, &second}) {
    for (const std::size_t gate : *gates) {
      if (steps.shape(gate) != Shape{units})
        throw Error({}, "a bias of " + to_string(steps.shape(gate)), to_string(Shape{units}));
      const Tensor bias = real_constant(steps.input(gate));
      std::copy_n(bias.data<float>(), units, result.data<float>() + at);
      at += units;
    }
  }
  return result;
}

ValueId unused_result(LayerSteps& steps, const std::string& name) {
  Value value;
  value.name = steps.graph.unique_name(steps.graph.values[steps.results.at(0)].name + name);
  return steps.graph.add_value(std::move(value));
}

struct Matrices {
  Gates data, state, bias, state_bias;
};

void become_recurrent(LayerParameters& p, LayerSteps& steps, const char* op, const Matrices& m,
                      float forget_bias) {
  const auto a = attributes<RecurrentAttributes>(steps.node);
  const Shape data = steps.shape();
  const std::int64_t units = a.hidden_size;
  if (data.size() != 3)
    throw Error({}, "input 0 has the shape " + to_string(data), "steps, batch and features");
  if (steps.results.size() != 1)
    throw Error({}, "has several outputs", "which state each is, is not published");
  if (data[2] == units)
    throw Error({}, "as many units as features, " + std::to_string(units),
                "whether such matrices are [units,features] or [features,units] is not published");
  const bool turned = steps.shape(m.data[0]) == Shape{data[2], units};
  std::vector<ValueId> inputs = {steps.node.inputs[0],
                                 steps.constant("/W", stacked(steps, m.data, units, data[2], turned)),
                                 steps.constant("/R", stacked(steps, m.state, units, units, turned))};
  const std::size_t without = m.data.size() + m.state.size() + 1,
                    all = without + m.bias.size() + m.state_bias.size();
  const std::size_t found = steps.node.inputs.size();
  if (found != without && found != all)
    throw Error({}, "some of its biases are missing", "all of them or none");
  if (found == all || forget_bias != 0) {
    Tensor bias = found == all
                      ? biases(steps, m.bias, m.state_bias, units)
                      : Tensor(DataType::float32, {1, 2 * units * static_cast<std::int64_t>(m.data.size())});
    for (std::int64_t i = 0; i < units && forget_bias != 0; ++i)
      bias.data<float>()[2 * units + i] += forget_bias;
    inputs.push_back(steps.constant("/B", std::move(bias)));
  }
  steps.node.inputs = std::move(inputs);
  steps.becomes(op, a);
  const std::int64_t batch = data[a.batch_first ? 0 : 1];
  const bool sequence = p.flag("return_sequences", true);
  steps.then(0, "/raw", "reshape",
             ReshapeAttributes{sequence ? Shape{data[0], data[1], units} : Shape{batch, units}});
  std::vector<ValueId>& outputs = steps.node.outputs;
  outputs.insert(sequence ? outputs.end() : outputs.begin(), unused_result(steps, sequence ? "/h" : "/y"));
  if (std::string_view(op) == "lstm") outputs.push_back(unused_result(steps, "/c"));
}

}  // namespace

std::vector<std::string> lstm_constants() {
  return {"wi", "wf", "wc", "wo", "hi", "hf", "hc", "ho", "bi", "bf", "bc", "bo"};
}
std::vector<std::string> gru_constants() {
  return {"k_iz", "k_ir", "k_ih", "k_rz", "k_rr", "k_rh", "b_iz", "b_ir", "b_ih", "b_rz", "b_rr", "b_rh"};
}

// Projections would be matrices that no layer takes, or that are not square: `num_proj` says no more than
// they.
std::any read_lstm_of_others(LayerParameters& p) {
  RecurrentAttributes a;
  a.hidden_size = p.integer("weights");
  read_common(p, a);
  read_functions(p, 2, a);
  p.ignore({"num_proj"});
  p.real("forget_bias", 0.0F);
  for (const char* key : {"use_cifg", "use_peepholes", "use_layer_norm_lstm"}) refuse(p, key);
  for (const char* key : {"cell_clip", "proj_clip"}) {
    if (p.real(key, 0.0F) != 0) p.complain(key, "is not 0", "0, which clips nothing, is supported");
  }
  return a;
}

std::any read_gru_of_others(LayerParameters& p) {
  RecurrentAttributes a;
  a.hidden_size = p.integer("num_units");
  read_common(p, a);
  read_functions(p, 1, a);
  const bool after = p.flag("reset_after", false);
  a.linear_before_reset = p.flag("linear_before_reset", after);
  p.require("direction", "forward");
  p.ignore({"bias", "implementation"});  // biases are there or not; the order of the same sums
  return a;
}

// Gates i, o, f, c; of the bias, f is the third.
void resolve_lstm(LayerParameters& p, LayerSteps& steps) {
  if (!steps.own_constants) return;
  become_recurrent(p, steps, "lstm", {{1, 4, 2, 3}, {5, 8, 6, 7}, {9, 12, 10, 11}, {}},
                   p.real("forget_bias", 0.0F));
}

void resolve_gru(LayerParameters& p, LayerSteps& steps) {
  if (!steps.own_constants) return;
  become_recurrent(p, steps, "gru", {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}}, 0);
}

}  // namespace trireme
