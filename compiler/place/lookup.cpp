// SPDX-License-Identifier: Apache-2.0
// Activations that stand alone, and a number with every element -> TP: one code in, one code out, through a
// table of 256 (formats.md §10);
// clamps of codes that no table indexes, of 16 bits or fixed point, by the post-processor alone.
#include <algorithm>

#include "compiler/place/clamp.h"
#include "compiler/place/families.h"
#include "compiler/plan/views.h"

namespace trireme {

namespace {

constexpr int kCodes = 256;

bool has_table(const Value& value) {
  return value.quantization.scheme == Quantization::Scheme::affine && bytes_of(value.quantization.dtype) == 1;
}

void place_clamp(Placement& placement) {
  const Value &input = placement.input(), &output = placement.output();
  require(moves_data(placement.chip), "the chip has no tensor processor");
  require(placement.rule != RequantRule::onnx, "ONNX Runtime computes it in float32");
  require_codes(input);
  require_codes(output);
  TpJob job = tp_job(TpOperation::copy, output);
  const auto clamp = clamp_of(placement.node(), output.quantization, placement.rule);
  require(clamp && clamp->low <= clamp->high, "it is no clamp");
  job.post.clamp_low = clamp->low;
  job.post.clamp_high = clamp->high;
  job.input = view_of(input);
  job.output = view_of(output);
  job.input_scale = scale_of(input.quantization);
  job.output_scale = scale_of(output.quantization);
  add_job(placement, job);
  placement.layer.reason = placement.node().op + " by the clamp behind the requantizer";
}

void place_lookup(Placement& placement) {
  const Node& node = placement.node();
  const Value &input = placement.input(), &output = placement.output();
  const bool clamps = node.op == "relu" || node.op == "relun";
  if (clamps && !(has_table(input) && has_table(output))) return place_clamp(placement);
  require(placement.chip.tp.cores > 0 && placement.chip.tp.lut_entries >= kCodes,
          "the chip has no full tensor processor core with 256 table entries");
  require_codes8(input);
  require_codes8(output);
  TpJob job = tp_job(TpOperation::lut, output);
  job.input = view_of(input);
  job.output = view_of(output);
  add_job(placement, job);
  placement.layer.reason = node.op + " by a table of 256 codes";
}

// x * c, c / x, x ^ c, …: a function of x, if c is one number.
void place_with_number(Placement& placement) {
  const Node& node = placement.node();
  const auto is_number = [&](ValueId id) {
    return placement.value(id).constant != nullptr && element_count(placement.value(id).shape) == 1;
  };
  const bool numbers = std::count_if(node.inputs.begin(), node.inputs.end(), is_number) == 1;
  require(
      numbers && placement.input().constant == nullptr && placement.input().shape == placement.output().shape,
      "it combines two maps", "the TP looks one code up");
  const bool divides_by_codes = node.op == "divide" && placement.value(node.inputs[0]).constant != nullptr;
  require(!divides_by_codes || !is_tflite(placement.rule), "a table would have a quotient by zero",
          "TensorFlow Lite refuses that");
  place_lookup(placement);
}

}  // namespace

std::vector<PlacementRow> lookup_placements() {
  std::vector<PlacementRow> rows;
  for (const char* op : {"multiply", "divide", "pow", "maximum", "minimum"})
    rows.push_back({op, place_with_number});
  for (const char* op :
       {"relu",     "relun",        "leakyrelu",  "sigmoid",  "tanh",           "elu",   "celu",
        "selu",     "hard_sigmoid", "hard_swish", "swish",    "gelu",           "mish",  "softrelu",
        "softsign", "erf",          "exp",        "log",      "sqrt",           "rsqrt", "abs",
        "neg",      "sign",         "reciprocal", "floor",    "ceil",           "round", "sin",
        "cos",      "tan",          "square",     "quantize", "thresholdedrelu"})
    rows.push_back({op, place_lookup});
  return rows;
}

}  // namespace trireme
