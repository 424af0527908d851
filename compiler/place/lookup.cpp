// SPDX-License-Identifier: Apache-2.0
// Activations that stand alone -> TP: one code in, one code out, through a table of 256 (formats.md §10).
#include "compiler/place/families.h"
#include "compiler/plan/views.h"

namespace trireme {

namespace {

constexpr int kCodes = 256;

void place_lookup(Placement& placement) {
  const Node& node = placement.node();
  const Value &input = placement.input(), &output = placement.output();
  require(placement.chip.tp.cores > 0 && placement.chip.tp.lut_entries >= kCodes,
          "the chip has no tensor processor with 256 table entries");
  require_codes8(input);
  require_codes8(output);
  TpJob job = tp_job(TpOperation::lut, output);
  job.input = view_of(input);
  job.output = view_of(output);
  add_job(placement, job);
  placement.layer.reason = node.op + " by a table of 256 codes";
}

}  // namespace

std::vector<PlacementRow> lookup_placements() {
  std::vector<PlacementRow> rows;
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
