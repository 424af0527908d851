// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/window.h"

namespace trireme {
namespace {

using Type = PoolingAttributes::Type;

void require_map(OnnxNode& node) {
  if (node.shape(0).size() == 4) return;
  node.unsupported("pooling of " + to_string(node.shape(0)),
                   "maps of two dimensions are supported: [n,c,h,w]");
  throw NodeSkipped();
}

void import_pool(OnnxNode& node, Type type) {
  PoolingAttributes a;
  a.type = type;
  const OnnxWindow read = read_window(node);
  if (!node.has("kernel_shape")) node.unsupported("attribute 'kernel_shape' is missing");
  a.count_include_pad = type == Type::avg && node.flag("count_include_pad", false);
  // Automatic padding defines the output size by itself, without ceil_mode (ONNX, MaxPool).
  a.ceil_mode = node.flag("ceil_mode", false) && read.auto_pad == "NOTSET";
  require_map(node);
  a.window = resolve_pads(read, node.shape(0)[2], node.shape(0)[3]);
  node.result("pooling", a, {node.input(0)});
}

void import_max_pool(OnnxNode& node) {
  if (node.flag("storage_order", false)) node.unsupported("attribute 'storage_order' is 1", "0 is supported");
  if (node.has_output(1)) {
    node.unsupported("it has the second output 'Indices'", "MaxPool with one output is supported");
  }
  import_pool(node, Type::max);
}

void import_average_pool(OnnxNode& node) { import_pool(node, Type::avg); }

void import_global(OnnxNode& node, Type type) {
  require_map(node);
  PoolingAttributes a;
  a.type = type;
  a.window.kernel_h = node.shape(0)[2];
  a.window.kernel_w = node.shape(0)[3];
  node.result("pooling", a, {node.input(0)});
}

void import_global_average_pool(OnnxNode& node) { import_global(node, Type::avg); }
void import_global_max_pool(OnnxNode& node) { import_global(node, Type::max); }

}  // namespace

const OnnxFamily& onnx_pooling_family() {
  static const OnnxFamily rows = {
      {"MaxPool",
       1,
       1,
       {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"},
       import_max_pool},
      {"AveragePool",
       1,
       1,
       {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"},
       import_average_pool},
      {"GlobalAveragePool", 1, 1, {}, import_global_average_pool},
      {"GlobalMaxPool", 1, 1, {}, import_global_max_pool},
  };
  return rows;
}

}  // namespace trireme
