// SPDX-License-Identifier: Apache-2.0
// Pooling of one, two and three dimensions, and of whole maps.
#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/window.h"

namespace trireme {
namespace {

using Type = PoolingAttributes::Type;

PoolingAttributes read_pooling(OnnxNode& node, Type type, const OnnxWindow& read) {
  PoolingAttributes a;
  a.type = type;
  if (!node.has("kernel_shape")) node.unsupported("attribute 'kernel_shape' is missing");
  a.count_include_pad = type == Type::avg && node.flag("count_include_pad", false);
  // Automatic padding defines the output size by itself, without ceil_mode (ONNX, MaxPool).
  a.ceil_mode = node.flag("ceil_mode", false) && read.auto_pad == "NOTSET";
  if (type == Type::lp) a.p = node.integer("p", 2);
  return a;
}

// Three dimensions are two pools after each other: rows and columns, then the depth, as rows of maps whose
// columns are all pixels. Maxima and sums don't mind, and the elements that an average counts multiply.
void pool_volume(OnnxNode& node, PoolingAttributes a, const OnnxWindow& read) {
  const Shape s = node.shape(0);
  a.window = resolve_pads(read, s[3], s[4]);
  const Shape slices = {s[0], s[1] * s[2], s[3], s[4]};
  const ValueId maps = node.step("_slices", "reshape", ReshapeAttributes{slices}, {node.input(0)});
  const ValueId pooled = node.step("_rows", "pooling", a, {maps});
  const Shape p = node.shape_of(pooled);
  OnnxWindow depth;
  depth.window = read.depth;
  depth.auto_pad = read.auto_pad;
  a.window = resolve_pads(depth, s[2], p[2] * p[3]);
  const ValueId columns =
      node.step("_columns", "reshape", ReshapeAttributes{{s[0], s[1], s[2], p[2] * p[3]}}, {pooled});
  const ValueId result = node.step("_depth", "pooling", a, {columns});
  const Shape volume = {s[0], s[1], node.shape_of(result)[2], p[2], p[3]};
  node.result("reshape", ReshapeAttributes{volume}, {result});
}

void import_pool(OnnxNode& node, Type type) {
  const OnnxWindow read = read_window(node);
  PoolingAttributes a = read_pooling(node, type, read);
  const Shape data = node.shape(0);
  require_dimensions(node, read, data, 3);
  if (data.size() == 5) return pool_volume(node, a, read);
  a.window = resolve_pads(read, data.size() == 4 ? data[2] : 1, data.back());
  map_result(node, data.size(), "pooling", a, {as_map(node, node.input(0), "_input")});
}

// With the output of indices. They count in the tensor without the added dimension just the same.
void import_max_pool(OnnxNode& node) {
  const bool columns = node.flag("storage_order", false);
  if (!node.output_used(1)) return import_pool(node, Type::max);
  const OnnxWindow read = read_window(node);
  PoolingAttributes a = read_pooling(node, Type::max, read);
  a.index_column_major = columns;
  const Shape data = node.shape(0);
  require_dimensions(node, read, data, 2);
  if (data.size() != 4) {
    return node.unsupported("it has the second output 'Indices'", "of maps of two dimensions");
  }
  a.window = resolve_pads(read, data[2], data[3]);
  node.results("poolwithargmax", a, {node.input(0)}, 2);
}

// All dimensions behind the channels at once, as one map.
void import_global(OnnxNode& node, Type type) {
  PoolingAttributes a;
  a.type = type;
  if (type == Type::lp) a.p = node.integer("p", 2);
  const Shape s = node.shape(0);
  if (s.size() < 3) return node.unsupported("pooling of " + to_string(s), "batch, channels and a map");
  Shape map = s;
  if (s.size() != 4) map = {s[0], s[1], 1, element_count(Shape(s.begin() + 2, s.end()))};
  a.window.kernel_h = map[2];
  a.window.kernel_w = map[3];
  if (s.size() == 4) return node.result("pooling", a, {node.input(0)});
  const ValueId flat = node.step("_input", "reshape", ReshapeAttributes{map}, {node.input(0)});
  const ValueId pooled = node.step("_map", "pooling", a, {flat});
  Shape result(s.size(), 1);
  result[0] = s[0], result[1] = s[1];
  node.result("reshape", ReshapeAttributes{result}, {pooled});
}

}  // namespace

const OnnxFamily& onnx_pooling_family() {
  static const OnnxFamily rows = {
      {"MaxPool",
       1,
       1,
       {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"},
       import_max_pool,
       2},
      {"AveragePool",
       1,
       1,
       {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"},
       [](OnnxNode& node) { import_pool(node, Type::avg); }},
      {"LpPool",
       1,
       1,
       {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "p", "pads", "strides"},
       [](OnnxNode& node) { import_pool(node, Type::lp); }},
      {"GlobalAveragePool", 1, 1, {}, [](OnnxNode& node) { import_global(node, Type::avg); }},
      {"GlobalMaxPool", 1, 1, {}, [](OnnxNode& node) { import_global(node, Type::max); }},
      {"GlobalLpPool", 1, 1, {"p"}, [](OnnxNode& node) { import_global(node, Type::lp); }},
  };
  return rows;
}

}  // namespace trireme
