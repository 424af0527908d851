// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "model/quant/rounding.h"
#include "model/quantize/joins.h"
#include "model/quantize/roles.h"
#include "model/reference/execute.h"
#include "support/text.h"

namespace trireme {

namespace {

struct Kind {
  const char* quantizer;
  const char* qtype;
  const char* short_qtype;
  DataType type;
};
constexpr Kind kKinds[] = {{"asymmetric_affine", "uint8", "u8", DataType::uint8},
                           {"dynamic_fixed_point", "int16", "i16", DataType::int16},
                           {"dynamic_fixed_point", "int8", "i8", DataType::int8}};

const Kind* kind_of(const QuantizeOptions& options) {
  for (const Kind& kind : kKinds) {
    const bool type = options.qtype == kind.qtype || options.qtype == kind.short_qtype;
    if (options.quantizer == kind.quantizer && type) return &kind;
  }
  return nullptr;
}

Quantization parameters_of(const Kind& kind, float min, float max) {
  return kind.type == DataType::uint8 ? affine_u8(min, max) : fixed_point(min, max, kind.type);
}

void check_options(const QuantizeOptions& options) {
  Problems problems;
  if (kind_of(options) == nullptr) {
    problems.add("--quantizer, --qtype",
                 fmt::format("'{}' with '{}' is not part of this version", options.quantizer, options.qtype),
                 "asymmetric_affine with uint8, dynamic_fixed_point with int16 or int8");
  }
  if (options.algorithm != "normal" && options.algorithm != "moving_average") {
    problems.add("--algorithm", fmt::format("'{}' is not part of this version", options.algorithm),
                 suggestion(options.algorithm, {"normal", "moving_average"}));
  }
  if (!(options.moving_average_weight > 0 && options.moving_average_weight <= 1)) {
    problems.add("--moving-average-weight", fmt::format("{} is out of range", options.moving_average_weight),
                 "above 0, at most 1");
  }
  problems.throw_if_any();
}

// The range of one tensor, extended to contain 0. Error if it holds a NaN or infinity.
Range range_of(const Tensor& tensor, const std::string& where) {
  const Tensor floats = to_float32(tensor);
  Range range;
  range.seen = true;
  const float* x = floats.data<float>();
  const std::int64_t size = floats.size();
  for (std::int64_t i = 0; i < size; ++i) {
    if (!(x[i] - x[i] == 0)) {
      throw Error(where, fmt::format("element {} is {}", i, x[i]),
                  "the float network must give finite numbers");
    }
    range.min = std::min(range.min, x[i]);
    range.max = std::max(range.max, x[i]);
  }
  return range;
}

// normal: the union of all samples. moving_average: starts at the first sample, then moves towards each
// further one by the weight (formats.md §4.5, default 0.01).
class RangeOf {
 public:
  void add(const Range& sample, const QuantizeOptions& options) {
    const double min = static_cast<double>(sample.min);
    const double max = static_cast<double>(sample.max);
    if (!seen_) {
      min_ = min;
      max_ = max;
    } else if (options.algorithm == "moving_average") {
      min_ += options.moving_average_weight * (min - min_);
      max_ += options.moving_average_weight * (max - max_);
    } else {
      min_ = std::min(min_, min);
      max_ = std::max(max_, max);
    }
    seen_ = true;
  }
  void join(const RangeOf& other) {
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }
  Quantization parameters(const Kind& kind) const {
    return parameters_of(kind, static_cast<float>(min_), static_cast<float>(max_));
  }

 private:
  double min_ = 0, max_ = 0;
  bool seen_ = false;
};

// Weights by their own range; a bias gets its scale from its layer, and must be finite like them.
void quantize_constants(Graph& graph, const std::vector<Slot>& slots, const Kind& kind) {
  for (const Slot& slot : slots) {
    Value& value = graph.values[slot.value];
    if (slot.role == Role::activation) continue;
    const Range range =
        range_of(*value.constant, (slot.role == Role::weight ? "weight '" : "bias '") + value.name + "'");
    if (slot.role == Role::weight) value.quantization = parameters_of(kind, range.min, range.max);
  }
}

}  // namespace

// scale = (max - min) / 255, zero_point = round_half_even(-min / scale). The zero point is taken from the
// range itself, -255 min / (max - min), so that the rounding of scale to float32 cannot move the tie of a
// symmetric range (127.5). A tensor that is all zero, or whose scale would not be a normal float32, gets
// scale 1 and zero point 0: every code 0 means 0, and no later division can fail.
Quantization affine_u8(float min, float max) {
  const double low = std::min(static_cast<double>(min), 0.0);
  const double high = std::max(static_cast<double>(max), 0.0);
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = DataType::uint8;
  q.min = low;
  q.max = high;
  const auto scale = static_cast<float>((high - low) / 255);
  if (!(scale >= std::numeric_limits<float>::min())) {
    q.scale = {1};
    q.zero_point = {0};
    return q;
  }
  q.scale = {scale};
  q.zero_point = {std::clamp(round_to_int32(-low * 255 / (high - low), Ties::half_even), 0, 255)};
  return q;
}

// fl = (n - 1) - ceil(log2(max |x|)) (formats.md §4.3). A tensor that is all zero, or too small for the parts
// that read a float32 step, keeps the largest fl that a calibrated tensor may have.
Quantization fixed_point(float min, float max, DataType type) {
  constexpr int kLargestFl = 62;
  const float largest = std::max({-min, max, 0.0F});
  Quantization q;
  q.scheme = Quantization::Scheme::fixed_point;
  q.dtype = type;
  q.min = std::min(static_cast<double>(min), 0.0);
  q.max = std::max(static_cast<double>(max), 0.0);
  int exponent = 0;
  const float mantissa = std::frexp(largest, &exponent);  // exact: largest = mantissa * 2^exponent
  if (mantissa == 0.5F) --exponent;                       // a power of two is its own logarithm
  const int bits = 8 * bytes_of(type) - 1;
  q.fl = largest > 0 ? std::clamp(bits - exponent, -kLargestFl, kLargestFl) : bits;
  return q;
}

// 1. Float reference on every sample, ranges of all activations. 2. Weights from their own range.
// 3. Sharing rules, biases last.
int quantize_graph(Graph& graph, const QuantizeOptions& options,
                   const std::function<bool(std::vector<Tensor>&)>& next_sample) {
  check_options(options);
  const Kind& kind = *kind_of(options);
  Graph result = graph;
  unshare_weights(result);
  const std::vector<Slot> slots = quantization_slots(result);
  std::map<ValueId, RangeOf> ranges;
  int samples = 0;
  std::vector<Tensor> inputs;
  while (next_sample(inputs)) {
    ++samples;
    execute(result, inputs, ExecuteOptions{}, [&](ValueId id, const Tensor& tensor) {
      if (!is_float(tensor.dtype)) return;
      ranges[id].add(
          range_of(tensor, fmt::format("value '{}' of sample {}", result.values[id].name, samples)), options);
    });
    inputs.clear();
  }
  if (samples == 0)
    throw Error("calibration", "no sample was given", "name at least one input in the dataset");
  const std::vector<ValueId> joined = joined_values(result);
  for (const Slot& slot : slots) {
    if (slot.role == Role::activation) ranges.at(joined[slot.value]).join(ranges.at(slot.value));
  }
  for (const Slot& slot : slots) {
    if (slot.role == Role::activation)
      result.values[slot.value].quantization = ranges.at(joined[slot.value]).parameters(kind);
  }
  quantize_constants(result, slots, kind);
  unify_quantization(result);
  graph = std::move(result);
  return samples;
}

// As after a calibration no two values have the same parameters by chance, and those that are joined have one
// range: what must be converted is what a calibrated network converts.
void quantize_by_default(Graph& graph) {
  constexpr float kRange = 4, kStep = 0x1p-10F;
  const Kind& kind = *kind_of({});
  Graph result = graph;
  unshare_weights(result);
  const std::vector<Slot> slots = quantization_slots(result);
  const std::vector<ValueId> joined = joined_values(result);
  for (const Slot& slot : slots) {
    if (slot.role != Role::activation) continue;
    const float range = kRange + kStep * static_cast<float>(joined[slot.value]);
    result.values[slot.value].quantization = parameters_of(kind, -range, range);
  }
  quantize_constants(result, slots, kind);
  unify_quantization(result);
  graph = std::move(result);
}

}  // namespace trireme
