// SPDX-License-Identifier: Apache-2.0
// localresponsenormalization over channels, of 8-bit codes -> TP (hardware.md §2.8, TP_LRN of §1.1 [F]).
#include <fmt/format.h>

#include <cmath>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "model/graph/attributes.h"
#include "model/reference/execute.h"

namespace trireme {

namespace {

// The power is of a number above zero.
void check_parameters(const LrnAttributes& a) {
  const auto usable = [](float value) { return std::isfinite(value) && value >= 0; };
  require(usable(a.alpha) && usable(a.beta) && usable(a.bias) && a.bias > 0,
          fmt::format("its alpha is {}, its beta {}, its bias {}", a.alpha, a.beta, a.bias),
          "none below zero, and the bias above");
  require(a.size >= 1 && a.size <= kMaxLrnSize, fmt::format("its window has {} channels", a.size),
          fmt::format("at most {}", kMaxLrnSize));
}

void place_lrn(Placement& placement) {
  const auto& a = attributes<LrnAttributes>(placement.node());
  const Value &input = placement.input(), &output = placement.output();
  require(placement.chip.tp.cores > 0, "the chip has no full tensor processor core");
  require(is_group(placement.graph(), placement.node(), placement.rule),
          "the rule has an algorithm of its own for it");
  require_codes8(input);
  require_codes8(output);
  require_image(input);
  require_image(output);
  check_parameters(a);
  TpJob job = tp_job(TpOperation::lrn, output);
  job.lrn = {a.alpha, a.beta, a.bias, static_cast<std::uint32_t>(a.size)};
  job.input_scale = scale_of(input.quantization);
  job.output_scale = scale_of(output.quantization);
  const Shape& shape = input.shape;
  job.input = packed_view(shape[1], shape[2], shape[3], input);
  job.output = packed_view(shape[1], shape[2], shape[3], output);
  const std::int64_t elements = shape[1] * shape[2] * shape[3];
  for (std::int64_t image = 0; image < shape[0]; ++image)
    add_job(placement, job, {image * elements, image * elements});
  placement.layer.reason = fmt::format("the tensor processor normalizes over {} channels", a.size);
}

}  // namespace

std::vector<PlacementRow> normalization_placements() { return {{"localresponsenormalization", place_lrn}}; }

}  // namespace trireme
