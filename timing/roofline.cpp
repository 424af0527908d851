// SPDX-License-Identifier: Apache-2.0
#include "timing/roofline.h"

#include <algorithm>
#include <set>
#include <string>

#include "isa/dram/grade.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;

std::int64_t ps_of(Wide amount, Wide per_second) {
  return per_second <= 0 ? 0 : static_cast<std::int64_t>(amount * kPicosecondsPerSecond / per_second);
}

bool multiplies_weights(const Node& node) {
  return node.op == "convolution" || node.op == "fullconnect" || node.op == "deconvolution";
}

bool rearranges(const Node& node) {
  static const std::set<std::string> ops = {"concat", "noop", "permute", "reshape", "slice", "split"};
  return ops.count(node.op) != 0;
}

std::uint64_t stored_bytes(const Value& value) {
  const DataType type = value.quantization.quantized() ? value.quantization.dtype : value.dtype;
  return static_cast<std::uint64_t>(element_count(value.shape)) * static_cast<std::uint64_t>(bytes_of(type));
}

// Words of the stored weights, and how many of them are not zero.
struct Weights {
  std::int64_t all = 0, nonzero = 0;
};

Weights weights_of(const Value& value) {
  const Tensor codes = stored_constant(value);
  Weights weights;
  const auto width = static_cast<std::size_t>(bytes_of(codes.dtype));
  weights.all = static_cast<std::int64_t>(codes.bytes.size() / width);
  const std::vector<std::int32_t>& zero = value.quantization.zero_point;
  // Zero has one code where one scale and one zero point serve all; else every weight counts as something.
  if (width != 1 || zero.size() != 1) return {weights.all, weights.all};
  const auto none = static_cast<std::uint8_t>(zero[0]);
  for (const std::uint8_t code : codes.bytes) weights.nonzero += code != none ? 1 : 0;
  return weights;
}

}  // namespace

Demand demand_of(const Graph& graph) {
  Demand demand{};
  for (const Node& node : graph.nodes) {
    if (!multiplies_weights(node)) continue;
    const Value& weight = graph.values[node.inputs.at(1)];
    if (weight.constant == nullptr || !weight.quantization.quantized()) continue;
    const Weights weights = weights_of(weight);
    demand.weights += static_cast<std::uint64_t>(weights.all);
    // Every weight meets each place of the output map once; the array forms products on padding too.
    const std::int64_t channels = weight.shape.empty() ? 1 : std::max<std::int64_t>(1, weight.shape[0]);
    const std::int64_t places = element_count(graph.values[node.outputs.at(0)].shape) / channels;
    if (node.op == "convolution") demand.products += weights.nonzero * places;
  }
  for (const ValueId id : graph.inputs) demand.input_bytes += stored_bytes(graph.values[id]);
  for (const ValueId id : graph.outputs) {
    const Value& output = graph.values[id];
    // What only rearranges may be the same bytes as another output.
    if (output.producer != kNone && !rearranges(graph.nodes[output.producer]))
      demand.output_bytes += stored_bytes(output);
  }
  return demand;
}

std::int64_t peak_products_per_cycle(const Chip& chip) {
  const std::int64_t products = std::max(chip.nne.dot_product_length, chip.nne.plane_dot_product);
  return std::int64_t{chip.nne.cores} * chip.nne.mads_per_core * products;
}

std::int64_t peak_dram_bytes_per_second(const Chip& chip) {
  const DramConfig& dram = chip.dram;
  std::int64_t pins = dram.bus_bytes * dram.transfers_per_second;
  if (dram.model == DramModel::scheduled) {
    // Two transfers a clock; clocks in steps of 100/3 MHz.
    const DramGrade* grade = find_dram_grade(dram.speed);
    pins = grade == nullptr ? 0
                            : std::int64_t{dram.channels} * dram.channel_bits / 8 * 2 * grade->clock_steps *
                                  100'000'000 / 3;
  }
  return dram.limit_bytes_per_second > 0 ? std::min(pins, dram.limit_bytes_per_second) : pins;
}

Roofline roofline(const Demand& demand, const Chip& chip) {
  Roofline bound{};
  bound.array_ps = ps_of(demand.products, Wide{peak_products_per_cycle(chip)} * chip.clock_hz);
  // A weight takes no less than the shortest prefix, two bits, or its share of the longest run; what the
  // on-chip memories hold may have been there before.
  const std::uint64_t bits = chip.nne.coefficient_coding == CoefficientCoding::huffman
                                 ? demand.weights * 2
                                 : demand.weights * 8 >> chip.nne.zrl_bits;
  const auto resident = static_cast<std::uint64_t>(chip.vip_sram.bytes + chip.axi_sram.bytes);
  const std::uint64_t coded = bits / 8 > resident ? bits / 8 - resident : 0;
  const Wide reads = demand.input_bytes + coded, writes = demand.output_bytes;
  const Wide bus = Wide{chip.axi.bytes_per_cycle} * chip.clock_hz;
  bound.memory_ps = std::max(
      {ps_of(reads + writes, peak_dram_bytes_per_second(chip)), ps_of(reads, bus), ps_of(writes, bus)});
  return bound;
}

}  // namespace trireme
