// SPDX-License-Identifier: Apache-2.0
// Normalisations: mean and variance of a row in two walks, the results in a third.
#include <algorithm>
#include <cmath>

#include "compiler/ppu_kernels/elements.h"
#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

using namespace ppu;

// What is normalized together (axes of a row), and how gamma and beta lie along both kinds of axes.
struct Normalization {
  Shape positions, row, data_positions, data_row;
  Shape parameter_positions, parameter_row;
  bool centred = true;  // the mean is taken away
};

std::optional<PpuKernel> emit(const Graph& graph, const Node& node, const Chip& chip, const Normalization& n,
                              float eps) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  std::vector<PpuOperand> parameters;
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (has_input(node, i)) parameters.push_back(input_operand(graph, node, i));
  }
  RowSpace space{
      n.positions, n.row, {{&in, n.data_positions, n.data_row}, {&out, n.data_positions, n.data_row}}};
  for (const PpuOperand& operand : parameters)
    space.operands.push_back({&operand, n.parameter_positions, n.parameter_row});
  for (const RowOperand& operand : space.operands) {
    if (!operand.operand->is_real() || !is_supported(*operand.operand)) return std::nullopt;
  }
  PpuBuilder b(chip);
  Rows rows(b, space);
  const auto count = [&] { return b.real(static_cast<float>(space.row_size())); };
  Reg mean;
  if (n.centred) mean = div(b, rows.sum([&] { return rows.load(0); }), count());
  const auto centred = [&] { return n.centred ? sub(b, rows.load(0), mean) : rows.load(0); };
  const Reg squares = rows.sum([&] {
    const Reg x = centred();
    return mul(b, x, x);
  });
  const Reg deviation = b.op(PpuOpcode::fsqrt, add(b, div(b, squares, count()), b.real(eps)));
  rows.walk([&] {
    Reg y = div(b, centred(), deviation);
    if (!parameters.empty()) y = mul(b, y, rows.load(2));
    if (parameters.size() > 1) y = add(b, y, rows.load(3));
    rows.store(1, y);
  });
  return b.finish(space.threads());
}

std::int64_t product(const Shape& shape, std::size_t from, std::size_t to) {
  std::int64_t result = 1;
  for (std::size_t i = from; i < to; ++i) result *= shape[i];
  return result;
}

// Axes from `axis` on; gamma and beta have the shape of these axes.
template <bool Centred>
std::optional<PpuKernel> layer(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<NormAttributes>(node);
  const Shape& shape = graph.values[node.inputs[0]].shape;
  const auto axis = static_cast<std::size_t>(attr.axis);
  const std::int64_t rows = product(shape, 0, axis), elements = product(shape, axis, shape.size());
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (has_input(node, i) && element_count(graph.values[node.inputs[i]].shape) != elements)
      return std::nullopt;
  }
  return emit(graph, node, chip, {{rows}, {elements}, {elements}, {1}, {0}, {1}, Centred}, attr.eps);
}

// Channels in groups: a row is the channels of a group in one batch element, gamma and beta are one a
// channel.
std::optional<PpuKernel> grouped(const Graph& graph, const Node& node, const Chip& chip,
                                 std::int64_t groups) {
  const Shape& shape = graph.values[node.inputs[0]].shape;
  if (shape.size() < 2) return std::nullopt;
  const std::int64_t channels = shape[1] / groups, map = product(shape, 2, shape.size());
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (has_input(node, i) && element_count(graph.values[node.inputs[i]].shape) != shape[1])
      return std::nullopt;
  }
  const Normalization n{{shape[0], groups},
                        {channels, map},
                        {shape[1] * map, channels * map},
                        {map, 1},
                        {0, channels},
                        {1, 0},
                        true};
  return emit(graph, node, chip, n, attributes<NormAttributes>(node).eps);
}

std::optional<PpuKernel> instance(const Graph& graph, const Node& node, const Chip& chip) {
  const Shape& shape = graph.values[node.inputs[0]].shape;
  return shape.size() < 2 ? std::nullopt : grouped(graph, node, chip, shape[1]);
}

std::optional<PpuKernel> group(const Graph& graph, const Node& node, const Chip& chip) {
  return grouped(graph, node, chip, attributes<NormAttributes>(node).groups);
}

// x / norm along one axis, the norm 1 or 2. A row of zeros stays zeros.
std::optional<PpuKernel> l2(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<NormAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!in.is_real() || !out.is_real() || !is_supported(in) || !is_supported(out)) return std::nullopt;
  const std::vector<std::int64_t> axes = {attr.axis}, kept = all_but(in.shape.size(), axes);
  const Shape strides = row_major_strides(in.shape);
  RowSpace space{pick(in.shape, kept), pick(in.shape, axes), {}};
  for (const PpuOperand* operand : {&in, &out})
    space.operands.push_back({operand, pick(strides, kept), pick(strides, axes)});
  PpuBuilder b(chip);
  Rows rows(b, space);
  Reg norm = rows.sum([&] {
    const Reg x = rows.load(0);
    return attr.p == 1 ? abs(b, x) : mul(b, x, x);
  });
  if (attr.p != 1) norm = b.op(PpuOpcode::fsqrt, norm);
  norm = choose(b, PpuOpcode::feq, norm, b.real(0), b.real(1), norm);
  rows.walk([&] { rows.store(1, div(b, rows.load(0), norm)); });
  return b.finish(space.threads());
}

// y = x factor + shift, one of each a channel (axis 1), computed here in double.
std::optional<PpuKernel> batch(const Graph& graph, const Node& node, const Chip& chip) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!in.is_real() || !out.is_real() || !is_supported(in) || !is_supported(out)) return std::nullopt;
  std::vector<Tensor> parameters;
  for (std::size_t i = 1; i <= 4; ++i) {
    const Value& value = graph.values[node.inputs[i]];
    if (value.constant == nullptr) return std::nullopt;
    parameters.push_back(real_constant(value));
  }
  const double eps = static_cast<double>(attributes<BatchNormAttributes>(node).eps);
  std::vector<float> factors, shifts;
  for (std::int64_t c = 0; c < in.shape[1]; ++c) {
    const double factor = element(parameters[0], c) / std::sqrt(element(parameters[3], c) + eps);
    factors.push_back(static_cast<float>(factor));
    shifts.push_back(static_cast<float>(element(parameters[1], c) - element(parameters[2], c) * factor));
  }
  Shape channel(in.shape.size(), 1);
  channel[1] = in.shape[1];
  return element_kernel(chip, out.shape, [&](PpuBuilder& b) -> ElementWise {
    return {{in, table_operand(b, channel, factors), table_operand(b, channel, shifts), out},
            [&](ElementVector& vector) {
              const Reg scaled = mul(b, vector.real(0), vector.real(1));
              vector.store_real(3, add(b, scaled, vector.real(2)));
            }};
  });
}

}  // namespace

std::vector<PpuKernelRow> normalization_ppu_kernels() {
  return {{"layernormalize", layer<true>},
          {"rmsnormalize", layer<false>},
          {"instancenormalize", instance},
          {"groupnormalize", group},
          {"l2normalize", l2},
          {"batchnormalize", batch}};
}

}  // namespace trireme
