// SPDX-License-Identifier: Apache-2.0
// LSTM, GRU and the simple RNN as ONNX defines them. Every gate is summed in double; the state is rounded to
// float32 once a step, as it appears in the output.
#include <algorithm>
#include <cmath>

#include "model/graph/attributes.h"
#include "model/reference/exact_math.h"
#include "model/reference/kernels.h"

namespace trireme::kernels {

namespace {

using Activation = RecurrentAttributes::Activation;
using Vector = std::vector<double>;

double activate(Activation function, double alpha, double beta, double x) {
  switch (function) {
    case Activation::sigmoid:
      return exact_sigmoid(x);
    case Activation::tanh:
      return exact_tanh(x);
    case Activation::relu:
      return x < 0 ? 0 : x;
    case Activation::hard_sigmoid:
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case Activation::softsign:
      return x / (1 + std::fabs(x));
    case Activation::softplus:
      return exact_softplus(x);
    case Activation::affine:
      return alpha * x + beta;
    case Activation::leakyrelu:
      return x < 0 ? alpha * x : x;
    case Activation::elu:
      return x < 0 ? alpha * exact_expm1(x) : x;
  }
  internal_error("an activation without a function");
}

// One direction of the layer: its slices of the weights, and what a step needs.
struct Layer {
  const RecurrentAttributes& attr;
  std::int64_t gates, features, hidden;
  std::size_t first_activation;
  const float *w, *r, *bias, *peephole;  // bias and peephole may be null

  double f(std::size_t which, double x) const {
    if (attr.clip > 0) x = std::clamp(x, -static_cast<double>(attr.clip), static_cast<double>(attr.clip));
    return unclipped(which, x);
  }
  double unclipped(std::size_t which, double x) const {
    const std::size_t i = first_activation + which;
    return activate(attr.activations[i], static_cast<double>(attr.activation_alpha[i]),
                    static_cast<double>(attr.activation_beta[i]), x);
  }
  double peep(std::int64_t gate, std::int64_t i, double cell) const {
    return peephole == nullptr ? 0 : static_cast<double>(peephole[gate * hidden + i]) * cell;
  }
};

struct State {
  Vector h, c;
};

// matrix[rows, columns] * x + bias
Vector affine(const float* matrix, const float* bias, std::int64_t rows, const Vector& x) {
  Vector result;
  for (std::int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (const double value : x) sum += static_cast<double>(*matrix++) * value;
    result.push_back(bias == nullptr ? sum : sum + static_cast<double>(bias[i]));
  }
  return result;
}

Vector of_input(const Layer& l, const Vector& x) { return affine(l.w, l.bias, l.gates * l.hidden, x); }

Vector of_state(const Layer& l, const Vector& h) {
  return affine(l.r, l.bias == nullptr ? nullptr : l.bias + l.gates * l.hidden, l.gates * l.hidden, h);
}

double rounded(double x) { return static_cast<double>(static_cast<float>(x)); }

// Gates i, o, f, c; peepholes i, o, f.
void lstm_step(const Layer& l, const Vector& x, State& s) {
  const Vector wx = of_input(l, x);
  const Vector rh = of_state(l, s.h);
  for (std::int64_t i = 0; i < l.hidden; ++i) {
    const auto sum = [&](std::int64_t gate) {
      const auto at = static_cast<std::size_t>(gate * l.hidden + i);
      return wx[at] + rh[at];
    };
    double& cell = s.c[static_cast<std::size_t>(i)];
    const double in = l.f(0, sum(0) + l.peep(0, i, cell));
    const double forget = l.attr.input_forget ? 1 - in : l.f(0, sum(2) + l.peep(2, i, cell));
    cell = rounded(forget * cell + in * l.f(1, sum(3)));
    const double out = l.f(0, sum(1) + l.peep(1, i, cell));
    // ONNX Runtime clips the sums of the gates, not the cell.
    s.h[static_cast<std::size_t>(i)] = rounded(out * l.unclipped(2, cell));
  }
}

// Gates z, r, h.
void gru_step(const Layer& l, const Vector& x, State& s) {
  const Vector wx = of_input(l, x);
  const Vector rh = of_state(l, s.h);
  const auto hidden = static_cast<std::size_t>(l.hidden);
  Vector update(hidden), reset(hidden), reset_state(hidden);
  for (std::size_t i = 0; i < hidden; ++i) {
    update[i] = l.f(0, wx[i] + rh[i]);
    reset[i] = l.f(0, wx[hidden + i] + rh[hidden + i]);
    reset_state[i] = reset[i] * s.h[i];
  }
  const float* bias = l.bias == nullptr ? nullptr : l.bias + 5 * l.hidden;
  const Vector recurrent = l.attr.linear_before_reset
                               ? Vector()
                               : affine(l.r + 2 * l.hidden * l.hidden, bias, l.hidden, reset_state);
  for (std::size_t i = 0; i < hidden; ++i) {
    const double past = l.attr.linear_before_reset ? reset[i] * rh[2 * hidden + i] : recurrent[i];
    const double fresh = l.f(1, wx[2 * hidden + i] + past);
    s.h[i] = rounded((1 - update[i]) * fresh + update[i] * s.h[i]);
  }
}

void rnn_step(const Layer& l, const Vector& x, State& s) {
  const Vector wx = of_input(l, x);
  const Vector rh = of_state(l, s.h);
  for (std::size_t i = 0; i < s.h.size(); ++i) s.h[i] = rounded(l.f(0, wx[i] + rh[i]));
}

struct Sizes {
  std::int64_t steps, batch, features, hidden, directions;
  bool batch_first;

  std::int64_t input_at(std::int64_t t, std::int64_t n) const {
    return (batch_first ? n * steps + t : t * batch + n) * features;
  }
  std::int64_t output_at(std::int64_t t, std::int64_t n, std::int64_t d) const {
    return (batch_first ? (n * steps + t) * directions + d : (t * directions + d) * batch + n) * hidden;
  }
  std::int64_t state_at(std::int64_t n, std::int64_t d) const {
    return (batch_first ? n * directions + d : d * batch + n) * hidden;
  }
};

Sizes sizes_of(const KernelCall& call) {
  const auto& a = attributes<RecurrentAttributes>(call.node);
  const Shape& x = input(call, 0).shape;
  const std::int64_t directions = input(call, 1).shape.at(0);
  return {a.batch_first ? x.at(1) : x.at(0),
          a.batch_first ? x.at(0) : x.at(1),
          x.at(2),
          a.hidden_size,
          directions,
          a.batch_first};
}

Vector slice(const Tensor* tensor, std::int64_t first, std::int64_t count) {
  Vector result(static_cast<std::size_t>(count), 0);
  if (tensor == nullptr) return result;
  std::copy_n(tensor->data<float>() + first, count, result.begin());
  return result;
}

void store(const Vector& values, Tensor& tensor, std::int64_t first) {
  std::transform(values.begin(), values.end(), tensor.data<float>() + first,
                 [](double x) { return static_cast<float>(x); });
}

Layer layer_of(const KernelCall& call, std::int64_t gates, std::int64_t direction) {
  const auto& a = attributes<RecurrentAttributes>(call.node);
  const auto part = [&](std::size_t index) -> const float* {
    const Tensor* tensor = optional_input(call, index);
    return tensor == nullptr ? nullptr
                             : tensor->data<float>() + direction * (tensor->size() / tensor->shape.at(0));
  };
  const std::size_t functions = a.activations.size() / static_cast<std::size_t>(input(call, 1).shape.at(0));
  return {a,
          gates,
          input(call, 1).shape.at(2),
          a.hidden_size,
          static_cast<std::size_t>(direction) * functions,
          part(1),
          part(2),
          part(3),
          part(7)};
}

// 1. For every direction and sequence of the batch: 2. from the initial state, step by step, backwards for
// the reverse direction; 3. outputs behind the end of a short sequence stay 0, its last state is the final
// one.
std::vector<Tensor> run(const KernelCall& call, std::int64_t gates,
                        void (*step)(const Layer&, const Vector&, State&)) {
  const Sizes sizes = sizes_of(call);
  const auto& a = attributes<RecurrentAttributes>(call.node);
  std::vector<Tensor> results;
  for (const ValueId id : call.node.outputs)
    results.emplace_back(DataType::float32, call.graph.values[id].shape);
  for (std::int64_t d = 0; d < sizes.directions; ++d) {
    const Layer layer = layer_of(call, gates, d);
    const bool reverse = d == 1 || a.direction == RecurrentAttributes::Direction::reverse;
    for (std::int64_t n = 0; n < sizes.batch; ++n) {
      State state{slice(optional_input(call, 5), sizes.state_at(n, d), sizes.hidden),
                  slice(optional_input(call, 6), sizes.state_at(n, d), sizes.hidden)};
      const Tensor* lengths = optional_input(call, 4);
      const std::int64_t given = lengths == nullptr ? sizes.steps : lengths->data<std::int32_t>()[n];
      const std::int64_t length = std::clamp<std::int64_t>(given, 0, sizes.steps);
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t t = reverse ? length - 1 - i : i;
        step(layer, slice(&input(call, 0), sizes.input_at(t, n), sizes.features), state);
        store(state.h, results[0], sizes.output_at(t, n, d));
      }
      store(state.h, results[1], sizes.state_at(n, d));
      if (results.size() > 2) store(state.c, results[2], sizes.state_at(n, d));
    }
  }
  return results;
}

}  // namespace

std::vector<Tensor> lstm(const KernelCall& call) { return run(call, 4, lstm_step); }
std::vector<Tensor> gru(const KernelCall& call) { return run(call, 3, gru_step); }
std::vector<Tensor> rnn(const KernelCall& call) { return run(call, 1, rnn_step); }

}  // namespace trireme::kernels
