// SPDX-License-Identifier: Apache-2.0
// Matrix products. A thread has four columns, one a lane, of up to four rows: it loads four elements of each
// row of A at once and adds lane by lane, for each the matching row of B.
#include <algorithm>

#include "compiler/ppu_kernels/coded.h"
#include "compiler/ppu_kernels/convolution.h"
#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/requantize.h"
#include "model/graph/attributes.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

using namespace ppu;

constexpr std::int64_t kMaxRows = 4;

// out[batch, m, n] = sum over k of a[batch, m, k] b[batch, k, n] (+ bias[n]); strides of a batch in elements.
struct Product {
  PpuOperand a, b, out;
  const PpuOperand* bias = nullptr;
  std::int64_t rows = 1, columns = 1, depth = 1;
  Shape batch, a_strides, b_strides;
};

struct Thread {
  Reg a, b, out, column_step_b, column_step_out;
  std::vector<Reg> sums;
};

// 1. Which batch, rows and columns. The last rows of a thread end at the last row, so that rows may be
// computed twice but never past the end; lanes past the last column repeat it. 2. The bias.
Thread begin(PpuBuilder& b, const Product& p, std::int64_t together) {
  const std::int64_t bytes_a = bytes_of(p.a.type), bytes_b = bytes_of(p.b.type),
                     bytes_out = bytes_of(p.out.type);
  const std::int64_t blocks = ceil_div(p.rows, together), vectors = threads_for(p.columns);
  Shape sizes = p.batch, a = p.a_strides, b_of = p.b_strides, out(p.batch.size());
  std::int64_t matrix = p.rows * p.columns;
  for (std::size_t axis = p.batch.size(); axis-- > 0; matrix *= p.batch[axis]) out[axis] = matrix * bytes_out;
  for (std::int64_t& stride : a) stride *= bytes_a;
  for (std::int64_t& stride : b_of) stride *= bytes_b;
  Shape row(p.batch.size(), 0), column(p.batch.size(), 0);
  sizes.insert(sizes.end(), {blocks, vectors});
  for (Shape* strides : {&a, &b_of, &out}) strides->insert(strides->end(), {0, 0});
  row.insert(row.end(), {together, 0});
  column.insert(column.end(), {0, kPpuLanes});
  const std::vector<Reg> parts = decompose(b, b.thread(), sizes, {a, b_of, out, row, column});
  const Reg first_row =
      p.rows % together == 0 ? parts[3] : b.op(PpuOpcode::imin, parts[3], b.whole(p.rows - together));
  const bool whole = p.columns % kPpuLanes == 0;
  const Reg first_column =
      whole ? parts[4] : b.op(PpuOpcode::imin, iadd(b, parts[4], b.lane_id()), b.whole(p.columns - 1));
  Thread t;
  t.a = iadd(b, iadd(b, b.address(p.a.kind, p.a.index), parts[0]),
             imul(b, first_row, b.whole(p.depth * bytes_a)));
  t.b = iadd(b, iadd(b, b.address(p.b.kind, p.b.index), parts[1]), imul(b, first_column, b.whole(bytes_b)));
  const Reg element = iadd(b, imul(b, first_row, b.whole(p.columns)), first_column);
  t.out =
      iadd(b, iadd(b, b.address(p.out.kind, p.out.index), parts[2]), imul(b, element, b.whole(bytes_out)));
  t.column_step_b = b.whole(whole ? bytes_b : 0);
  t.column_step_out = b.whole(whole ? bytes_out : 0);
  Reg start = b.whole(0);
  if (p.bias != nullptr) {
    const std::int64_t bytes = bytes_of(p.bias->type);
    const Reg at = iadd(b, b.address(p.bias->kind, p.bias->index), imul(b, first_column, b.whole(bytes)));
    start = load_real(b, *p.bias, at, b.whole(whole ? bytes : 0));
  }
  for (std::int64_t r = 0; r < together; ++r) t.sums.push_back(b.variable(start));
  return t;
}

// Sums of codes: a factor is a code less its zero point, the sum an int32 that wraps.
Reg load_centred(PpuBuilder& b, const PpuOperand& operand, const Reg& address, const Reg& step,
                 std::int64_t offset) {
  const Reg code = load_raw(b, operand, address, step, offset);
  const std::int32_t zero = affine_codes(operand.quantization).zero_point;
  return zero == 0 ? code : b.op(PpuOpcode::isub, code, b.whole(zero));
}

void accumulate_codes(PpuBuilder& b, const Product& p, Thread& t) {
  const std::int64_t bytes_a = bytes_of(p.a.type);
  const Reg column = load_centred(b, p.b, t.b, t.column_step_b, 0);
  for (std::size_t r = 0; r < t.sums.size(); ++r) {
    const Reg factor =
        load_centred(b, p.a, t.a, b.whole(0), static_cast<std::int64_t>(r) * p.depth * bytes_a);
    b.into(t.sums[r], PpuOpcode::iadd, t.sums[r], imul(b, column, factor));
  }
  b.into(t.a, PpuOpcode::iadd, t.a, b.whole(bytes_a));
  b.into(t.b, PpuOpcode::iadd, t.b, b.whole(p.columns * bytes_of(p.b.type)));
}

// `count` elements of the depth: one, or as many as lanes.
void accumulate(PpuBuilder& b, const Product& p, Thread& t, std::int64_t count) {
  const std::int64_t bytes_a = bytes_of(p.a.type), row_a = p.depth * bytes_a,
                     row_b = p.columns * bytes_of(p.b.type);
  std::vector<Reg> a;
  for (std::size_t r = 0; r < t.sums.size(); ++r)
    a.push_back(
        load_real(b, p.a, t.a, b.whole(count == 1 ? 0 : bytes_a), static_cast<std::int64_t>(r) * row_a));
  for (std::int64_t k = 0; k < count; ++k) {
    const Reg column = load_real(b, p.b, t.b, t.column_step_b, k * row_b);
    for (std::size_t r = 0; r < t.sums.size(); ++r)
      b.into(t.sums[r], PpuOpcode::fmadl, column, a[r], static_cast<int>(k));
  }
  b.into(t.a, PpuOpcode::iadd, t.a, b.whole(count * bytes_a));
  b.into(t.b, PpuOpcode::iadd, t.b, b.whole(count * row_b));
}

std::vector<Reg> loop_constants(PpuBuilder& b, const Product& p, std::int64_t count) {
  const std::int64_t bytes_a = bytes_of(p.a.type), row_b = p.columns * bytes_of(p.b.type);
  std::vector<Reg> held = {b.whole(count == 1 ? 0 : bytes_a), b.whole(count * bytes_a),
                           b.whole(count * row_b)};
  for (const PpuOperand* operand : {&p.a, &p.b}) {
    for (const Reg& constant : load_constants(b, *operand)) held.push_back(constant);
  }
  return held;
}

std::optional<PpuKernel> emit(PpuBuilder& b, const Product& p) {
  if (p.rows < 1 || p.columns < 1) return std::nullopt;
  const std::int64_t together = std::min(kMaxRows, p.rows);
  Thread t = begin(b, p, together);
  for (const std::int64_t count : {std::int64_t{kPpuLanes}, std::int64_t{1}}) {
    const std::vector<Reg> constants = loop_constants(b, p, count);
    b.loop(count == 1 ? p.depth % kPpuLanes : p.depth / kPpuLanes, [&] { accumulate(b, p, t, count); });
  }
  for (std::int64_t r = 0; r < together; ++r)
    store_real(b, p.out, t.sums[static_cast<std::size_t>(r)], t.out, t.column_step_out,
               r * p.columns * bytes_of(p.out.type));
  return b.finish(element_count(p.batch) * ceil_div(p.rows, together) * threads_for(p.columns));
}

bool are_supported(const Product& p) {
  for (const PpuOperand* operand : {&p.a, &p.b, &p.out}) {
    if (!operand->is_real() || !is_supported(*operand)) return false;
  }
  return true;
}

// [out,in] as [in,out], a few rows at a time: a cache line of the result is written at once.
std::vector<float> turned(const Tensor& weights, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kTogether = 16;
  const float* const from = weights.data<float>();
  std::vector<float> result(static_cast<std::size_t>(rows * columns));
  float* const to = result.data();
  for (std::int64_t first = 0; first < rows; first += kTogether) {
    const std::int64_t end = std::min(rows, first + kTogether);
    for (std::int64_t column = 0; column < columns; ++column) {
      for (std::int64_t row = first; row < end; ++row) to[column * rows + row] = from[row * columns + column];
    }
  }
  return result;
}

// The weights [out,in] as the matrix [in,out], in float32.
std::optional<PpuKernel> fullconnect(const Graph& graph, const Node& node, const Chip& chip) {
  PpuBuilder b(chip);
  Product p;
  p.a = input_operand(graph, node, 0);
  p.out = output_operand(graph, node);
  const Value& weight = graph.values[node.inputs[1]];
  const bool has_bias = has_input(node, 2);
  if (weight.constant == nullptr || (has_bias && graph.values[node.inputs[2]].constant == nullptr))
    return std::nullopt;
  p.columns = weight.shape[0];
  p.depth = weight.shape[1];
  p.rows = p.out.size() / p.columns;
  p.b = table_operand(b, {p.depth, p.columns}, turned(to_float32(real_constant(weight)), p.columns, p.depth));
  PpuOperand bias;
  if (has_bias) {
    const Tensor values = to_float32(real_constant(graph.values[node.inputs[2]]));
    bias = table_operand(b, values.shape,
                         std::vector<float>(values.data<float>(), values.data<float>() + values.size()));
    p.bias = &bias;
  }
  return are_supported(p) ? emit(b, p) : std::nullopt;
}

// As NumPy's: a vector is a row on the left and a column on the right, the axes before the last two
// broadcast.
Product numpy_product(const Graph& graph, const Node& node) {
  Product p;
  p.a = input_operand(graph, node, 0);
  p.b = input_operand(graph, node, 1);
  p.out = output_operand(graph, node);
  const Shape &a = p.a.shape, &other = p.b.shape;
  p.rows = a.size() < 2 ? 1 : a[a.size() - 2];
  p.depth = a.back();
  p.columns = other.size() < 2 ? 1 : other.back();
  const auto batch_of = [](const Shape& shape) {
    return shape.size() <= 2 ? Shape() : Shape(shape.begin(), shape.end() - 2);
  };
  const Shape batch_a = batch_of(a), batch_b = batch_of(other);
  p.batch = batch_a.size() >= batch_b.size() ? batch_a : batch_b;
  for (std::size_t i = 1; i <= std::min(batch_a.size(), batch_b.size()); ++i)
    p.batch[p.batch.size() - i] = std::max(batch_a[batch_a.size() - i], batch_b[batch_b.size() - i]);
  p.a_strides = repeating_strides(batch_a, p.batch);
  p.b_strides = repeating_strides(batch_b, p.batch);
  for (std::int64_t& stride : p.a_strides) stride *= p.rows * p.depth;
  for (std::int64_t& stride : p.b_strides) stride *= p.depth * p.columns;
  return p;
}

std::optional<PpuKernel> matmul(const Graph& graph, const Node& node, const Chip& chip) {
  PpuBuilder b(chip);
  const Product p = numpy_product(graph, node);
  return are_supported(p) ? emit(b, p) : std::nullopt;
}

// ONNX's MatMulInteger, an output a lane: sums of (a - z_a) (b - z_b), z_a one or one a row, z_b one or one a
// column.
std::optional<PpuKernel> matmul_integer(const Graph& graph, const Node& node, const Chip& chip) {
  const Product p = numpy_product(graph, node);
  if (!is_supported(p.a) || !is_supported(p.b) || p.out.type != DataType::int32) return std::nullopt;
  PpuBuilder b(chip);
  const std::int64_t bytes_a = bytes_of(p.a.type), bytes_b = bytes_of(p.b.type);
  Shape sizes = p.batch, a = p.a_strides, other = p.b_strides;
  Shape row(p.batch.size(), 0), column(p.batch.size(), 0);
  const auto extend = [](Shape& shape, std::int64_t of_row, std::int64_t of_column, std::int64_t factor) {
    for (std::int64_t& stride : shape) stride *= factor;
    shape.insert(shape.end(), {of_row * factor, of_column * factor});
  };
  extend(sizes, p.rows, p.columns, 1);
  extend(a, p.depth, 0, bytes_a);
  extend(other, 0, 1, bytes_b);
  extend(row, 1, 0, 1);
  extend(column, 0, 1, 1);
  const Reg element = lane_element(b, p.out.size());
  const std::vector<Reg> parts = decompose(b, element, sizes, {a, other, row, column});
  const Reg zero_a = load_zero_point(b, graph, node, 2, parts[2]);
  const Reg zero_b = load_zero_point(b, graph, node, 3, parts[3]);
  const Reg at_a = b.variable(iadd(b, b.address(p.a.kind, p.a.index), parts[0]));
  const Reg at_b = b.variable(iadd(b, b.address(p.b.kind, p.b.index), parts[1]));
  const Reg sum = b.variable(b.whole(0));
  b.loop(p.depth, [&] {
    const Reg x = b.op(PpuOpcode::isub, load_raw(b, p.a, at_a, b.whole(0)), zero_a);
    const Reg y = b.op(PpuOpcode::isub, load_raw(b, p.b, at_b, b.whole(0)), zero_b);
    b.into(sum, PpuOpcode::iadd, sum, imul(b, x, y));
    b.into(at_a, PpuOpcode::iadd, at_a, b.whole(bytes_a));
    b.into(at_b, PpuOpcode::iadd, at_b, b.whole(p.columns * bytes_b));
  });
  const Reg to = iadd(b, b.address(p.out.kind, p.out.index), imul(b, element, b.whole(bytes_of(p.out.type))));
  store_raw(b, p.out, sum, to, b.whole(0));
  return b.finish(threads_for(p.out.size()));
}

}  // namespace

std::optional<PpuKernel> coded_matmul_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                                 RequantRule rule, Ties ties) {
  PpuBuilder b(chip);
  const Product p = numpy_product(graph, node);
  for (const PpuOperand* operand : {&p.a, &p.b, &p.out}) {
    const Quantization& q = operand->quantization;
    const bool codes = q.quantized() && bytes_of(operand->type) == 1;
    if (!codes || q.per_channel() || !is_supported(*operand)) return std::nullopt;
  }
  if (p.rows < 1 || p.columns < 1) return std::nullopt;
  const std::int64_t together = std::min(kMaxRows, p.rows);
  Thread t = begin(b, p, together);
  b.loop(p.depth, [&] { accumulate_codes(b, p, t); });
  const float product = affine_codes(p.b.quantization).scale * affine_codes(p.a.quantization).scale;
  const float out = affine_codes(p.out.quantization).scale;
  const SumRequantizer codes(b, p.out, {rule, ties, true}, {{product / out, double{product} / double{out}}});
  for (std::int64_t r = 0; r < together; ++r) {
    store_raw(b, p.out, codes.code(t.sums[static_cast<std::size_t>(r)]), t.out, t.column_step_out,
              r * p.columns * bytes_of(p.out.type));
  }
  return b.finish(element_count(p.batch) * ceil_div(p.rows, together) * threads_for(p.columns));
}

std::vector<PpuKernelRow> dense_ppu_kernels() {
  return {{"fullconnect", fullconnect}, {"matmul", matmul}, {"matmul_integer", matmul_integer}};
}

}  // namespace trireme
