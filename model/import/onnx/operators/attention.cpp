// SPDX-License-Identifier: Apache-2.0
// Attention and RotaryEmbedding (opset 23), as the products, softmax and elementwise operators that they are.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

using Limits = std::numeric_limits<float>;

ValueId number(OnnxNode& node, const std::string& suffix, float value) {
  return node.step_constant(suffix, Tensor::of<float>({}, {value}));
}

ValueId in_shape(OnnxNode& node, const std::string& suffix, ValueId id, const Shape& shape) {
  if (node.shape_of(id) == shape) return id;
  return node.step(suffix, "reshape", ReshapeAttributes{shape}, {id});
}

// Heads before positions, and back.
ValueId swap_positions(OnnxNode& node, const std::string& suffix, ValueId id) {
  return node.step(suffix, "permute", PermuteAttributes{{0, 2, 1, 3}}, {id});
}

// [batch, positions, heads * size] -> [batch, heads, positions, size]
ValueId split_heads(OnnxNode& node, std::size_t input, const std::string& suffix, std::int64_t heads) {
  const Shape s = node.shape(input);
  if (s.size() == 4) return node.input(input);
  if (s.size() != 3 || heads < 1 || s[2] % heads != 0) {
    node.unsupported(
        fmt::format("input {} has the shape {} for {} heads", input, to_string(s), heads),
        "[batch, heads, positions, size], or [batch, positions, heads * size] and the number of heads");
    throw NodeSkipped();
  }
  const ValueId split =
      in_shape(node, suffix + "_split", node.input(input), {s[0], s[1], heads, s[2] / heads});
  return swap_positions(node, suffix + "_heads", split);
}

struct Attention {
  bool causal = false;
  int tap = 0;  // qk_matmul_output_mode, the fourth output: scores, capped, masked, softmax
  float scale = 0, softcap = 0;
  std::int64_t query_heads = 0, heads = 0;  // of queries, of keys and values
};

struct Operands {
  ValueId query, key, value;  // [batch, heads, positions, size]
  std::int64_t past = 0;      // positions of the keys before this call's
};

ValueId with_past(OnnxNode& node, std::size_t past, ValueId fresh, const std::string& suffix) {
  if (!node.has_input(past)) return fresh;
  return node.step(suffix, "concat", ConcatAttributes{2}, {node.input(past), fresh});
}

Operands read_operands(OnnxNode& node, const Attention& a) {
  Operands o{split_heads(node, 0, "_query", a.query_heads), split_heads(node, 1, "_key", a.heads),
             split_heads(node, 2, "_value", a.heads)};
  if (node.has_input(4) && node.shape(4).size() == 4) o.past = node.shape(4)[2];
  o.key = with_past(node, 4, o.key, "_keys");
  o.value = with_past(node, 5, o.value, "_values");
  const Shape q = node.shape_of(o.query), k = node.shape_of(o.key), v = node.shape_of(o.value);
  const bool fits = k.size() == 4 && v.size() == 4 && q[0] == k[0] && q[0] == v[0] && k[1] == v[1] &&
                    k[2] == v[2] && q[3] == k[3] && k[1] > 0 && q[1] % k[1] == 0;
  if (fits) return o;
  node.unsupported(fmt::format("queries {}, keys {}, values {}", to_string(q), to_string(k), to_string(v)),
                   "one batch, size and number of positions; whole groups of query heads");
  throw NodeSkipped();
}

// Several query heads share a head of keys: their rows are rows of one matrix.
ValueId product(OnnxNode& node, const std::string& suffix, ValueId rows, ValueId matrix) {
  const Shape r = node.shape_of(rows), m = node.shape_of(matrix);
  const ValueId grouped = in_shape(node, suffix + "_grouped", rows, {r[0], m[1], r[1] / m[1] * r[2], r[3]});
  const ValueId result = node.step(suffix, "matmul", {}, {grouped, matrix});
  return in_shape(node, suffix + "_ungrouped", result, {r[0], r[1], r[2], m[3]});
}

// 0 where a position may be seen, minus infinity elsewhere.
ValueId as_bias(OnnxNode& node, const std::string& suffix, ValueId seen) {
  return node.step(
      suffix, "where", {},
      {seen, number(node, suffix + "_zero", 0), number(node, suffix + "_low", -Limits::infinity())});
}

// A mask that ends early hides what is behind its end.
ValueId padded_mask(OnnxNode& node, std::int64_t keys) {
  ValueId mask = node.input(3);
  if (node.dtype(3) == DataType::boolean) mask = as_bias(node, "_mask_bias", mask);
  const Shape shape = node.shape(3);
  if (shape.empty() || shape.back() == keys || shape.back() == 1) return mask;
  PadAttributes pads;
  pads.before.assign(shape.size(), 0);
  pads.after.assign(shape.size(), 0);
  pads.after.back() = keys - shape.back();
  pads.value = -std::numeric_limits<double>::infinity();
  return node.step("_mask_padded", "pad", pads, {mask});
}

// Query i sees the keys up to its own position, past + i.
ValueId causal_bias(OnnxNode& node, std::int64_t queries, std::int64_t keys, std::int64_t past) {
  node.budget().spend(element_count({queries, keys}), DataType::float32);
  Tensor bias(DataType::float32, {queries, keys});
  for (std::int64_t i = 0; i < bias.size(); ++i)
    bias.data<float>()[i] = i % keys <= past + i / keys ? 0.0F : -Limits::infinity();
  return node.step_constant("_causal", std::move(bias));
}

// Of each image of the batch only the first keys are there (opset 24, nonpad_kv_seqlen).
ValueId length_bias(OnnxNode& node, std::int64_t keys) {
  const Shape shape = node.shape(6);
  std::vector<std::int64_t> positions;
  for (std::int64_t i = 0; i < keys; ++i) positions.push_back(i);
  const ValueId lengths =
      node.step("_lengths", "reshape", ReshapeAttributes{{element_count(shape), 1, 1, 1}}, {node.input(6)});
  const ValueId places = node.step_constant("_places", Tensor::of<std::int64_t>({keys}, positions));
  return as_bias(node, "_length_bias", node.step("_there", "greater", {}, {lengths, places}));
}

ValueId masked(OnnxNode& node, const Attention& a, ValueId scores, std::int64_t past) {
  const Shape s = node.shape_of(scores);
  std::vector<ValueId> biases;
  if (node.has_input(3)) biases.push_back(padded_mask(node, s[3]));
  if (a.causal) biases.push_back(causal_bias(node, s[2], s[3], past));
  if (node.has_input(6)) biases.push_back(length_bias(node, s[3]));
  for (std::size_t i = 0; i < biases.size(); ++i)
    scores = node.step(fmt::format("_masked{}", i), "add", {}, {scores, biases[i]});
  return scores;
}

// softcap * tanh(scores / softcap)
ValueId capped(OnnxNode& node, const Attention& a, ValueId scores) {
  if (a.softcap == 0) return scores;
  const ValueId cap = number(node, "_cap", a.softcap);
  const ValueId small = node.step("_cap_steps", "divide", {}, {scores, cap});
  return node.step("_capped", "multiply", {}, {node.step("_cap_tanh", "tanh", {}, {small}), cap});
}

void import_attention(OnnxNode& node) {
  Attention a;
  a.causal = node.flag("is_causal", false);
  a.query_heads = node.integer("q_num_heads", 0);
  a.heads = node.integer("kv_num_heads", 0);
  a.tap = static_cast<int>(node.integer("qk_matmul_output_mode", 0));
  a.scale = node.real("scale", 0);
  a.softcap = node.real("softcap", 0);
  node.integer("softmax_precision", 1);
  if (a.tap < 0 || a.tap > 3)
    node.unsupported(fmt::format("attribute 'qk_matmul_output_mode' is {}", a.tap), "0 to 3");
  const Operands o = read_operands(node, a);
  const Shape q = node.shape_of(o.query);
  if (a.scale == 0) a.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(q[3])));

  const ValueId scaled = node.step("_scaled", "multiply", {}, {o.query, number(node, "_scale", a.scale)});
  const ValueId columns = node.step("_transposed", "permute", PermuteAttributes{{0, 1, 3, 2}}, {o.key});
  std::vector<ValueId> taps = {product(node, "_scores", scaled, columns)};
  taps.push_back(capped(node, a, taps[0]));
  taps.push_back(masked(node, a, taps[1], o.past));
  taps.push_back(node.step("_weights", "softmax", SoftmaxAttributes{3}, {taps[2]}));
  const ValueId result = product(node, "_result", taps[3], o.value);

  const Shape r = node.shape_of(result);
  if (node.shape(0).size() == 4) {
    node.result("noop", {}, {result});
  } else {
    const ValueId positions = swap_positions(node, "_positions", result);
    node.result("reshape", ReshapeAttributes{{r[0], r[2], r[1] * r[3]}}, {positions});
  }
  node.result_at(1, "noop", {}, {o.key});
  node.result_at(2, "noop", {}, {o.value});
  node.result_at(3, "noop", {}, {taps[static_cast<std::size_t>(a.tap)]});
}

// A part of the last axis.
ValueId part(OnnxNode& node, const std::string& suffix, ValueId id, std::int64_t begin, std::int64_t size,
             std::int64_t step) {
  const Shape s = node.shape_of(id);
  if (begin == 0 && step == 1 && size == s.back()) return id;
  SliceAttributes a{Shape(s.size(), 0), s, Shape(s.size(), 1)};
  a.begin.back() = begin, a.size.back() = size, a.step.back() = step;
  return node.step(suffix, "slice", a, {id});
}

// The rows of a cache that the positions name, or the given ones, with a 1 for the heads.
ValueId angles(OnnxNode& node, std::size_t input, const std::string& suffix, bool heads_first) {
  ValueId rows = node.input(input);
  if (node.has_input(3)) rows = node.step(suffix, "gather", GatherAttributes{0}, {rows, node.input(3)});
  Shape shape = node.shape_of(rows);
  if (shape.size() != 3) {
    node.unsupported(fmt::format("input {} has the shape {}", input, to_string(node.shape(input))),
                     "[positions, size / 2] with position_ids, or [batch, positions, size / 2]");
    throw NodeSkipped();
  }
  shape.insert(shape.begin() + (heads_first ? 1 : 2), 1);
  return in_shape(node, suffix + "_heads", rows, shape);
}

// Pairs (a, b) turned by an angle: (a cos - b sin, a sin + b cos). A pair is two neighbours (interleaved), or
// one of each half.
ValueId turned(OnnxNode& node, ValueId x, ValueId cosine, ValueId sine, bool interleaved) {
  const std::int64_t half = node.shape_of(x).back() / 2;
  const ValueId a = part(node, "_a", x, 0, half, interleaved ? 2 : 1);
  const ValueId b = part(node, "_b", x, interleaved ? 1 : half, half, interleaved ? 2 : 1);
  const auto times = [&](const char* suffix, ValueId left, ValueId right) {
    return node.step(suffix, "multiply", {}, {left, right});
  };
  const ValueId real =
      node.step("_real", "subtract", {}, {times("_a_cos", a, cosine), times("_b_sin", b, sine)});
  const ValueId imaginary =
      node.step("_imaginary", "add", {}, {times("_a_sin", a, sine), times("_b_cos", b, cosine)});
  const ConcatAttributes last{static_cast<std::int64_t>(node.shape_of(x).size()) - 1};
  if (!interleaved) return node.step("_turned", "concat", last, {real, imaginary});
  Shape pairs = node.shape_of(real);
  pairs.push_back(1);
  const ValueId stacked = node.step(
      "_pairs", "concat", ConcatAttributes{last.axis + 1},
      {in_shape(node, "_real_pair", real, pairs), in_shape(node, "_imaginary_pair", imaginary, pairs)});
  return in_shape(node, "_turned", stacked, node.shape_of(x));
}

void import_rotary_embedding(OnnxNode& node) {
  const bool interleaved = node.flag("interleaved", false);
  const std::int64_t heads = node.integer("num_heads", 0);
  std::int64_t size = node.integer("rotary_embedding_dim", 0);
  const Shape data = node.shape(0);
  const bool heads_first = data.size() == 4;  // else [batch, positions, heads * size]
  if (!heads_first && (data.size() != 3 || heads < 1 || data[2] % heads != 0)) {
    return node.unsupported(fmt::format("the shape {} for {} heads", to_string(data), heads),
                            "[batch, heads, positions, size], or [batch, positions, heads * size]");
  }
  ValueId x = node.input(0);
  if (!heads_first) x = in_shape(node, "_split", x, {data[0], data[1], heads, data[2] / heads});
  const std::int64_t whole = node.shape_of(x).back();
  if (size == 0) size = whole;
  if (size < 0 || size > whole || size % 2 != 0)
    return node.unsupported(fmt::format("{} of {} numbers are turned", size, whole), "an even number");
  const ValueId cosine = angles(node, 1, "_cos", heads_first), sine = angles(node, 2, "_sin", heads_first);
  ValueId result = turned(node, part(node, "_front", x, 0, size, 1), cosine, sine, interleaved);
  if (size < whole) {
    const ValueId rest = part(node, "_rest", x, size, whole - size, 1);
    result = node.step("_whole", "concat", ConcatAttributes{3}, {result, rest});
  }
  node.result("reshape", ReshapeAttributes{data}, {result});
}

}  // namespace

const OnnxFamily& onnx_attention_family() {
  static const OnnxFamily rows = {
      {"Attention",
       3,
       7,
       {"is_causal", "kv_num_heads", "q_num_heads", "qk_matmul_output_mode", "scale", "softcap",
        "softmax_precision"},
       import_attention,
       4},
      {"RotaryEmbedding",
       3,
       4,
       {"interleaved", "num_heads", "rotary_embedding_dim"},
       import_rotary_embedding},
  };
  return rows;
}

}  // namespace trireme
