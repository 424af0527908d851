// SPDX-License-Identifier: Apache-2.0
// Whatever has a program for the PPU: real numbers of any operator, and codes where the rule computes a
// group or ONNX Runtime's fused operator.
#include <algorithm>
#include <cstddef>
#include <limits>

#include "compiler/place/families.h"
#include "compiler/ppu_kernels/kernel.h"
#include "compiler/ppu_kernels/qlinear.h"
#include "model/reference/execute.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

class PpuPlacement {
 public:
  PpuPlacement(Placement& placement, const PpuKernel& kernel) : placement_(placement), kernel_(kernel) {
    job_.header = header_for(Engine::ppu, 0);
    job_.threads = kernel.threads;
    std::copy(kernel.uniforms.begin(), kernel.uniforms.end(), job_.uniforms);
  }

  PlannedJob planned() {
    // 1. The program and the tables it brings along.
    Bytes code = encode(kernel_.program);
    job_.program_bytes = static_cast<std::uint32_t>(code.size());
    links_.push_back(
        {offsetof(PpuJob, program), constant("program", ConstantData::Role::program, std::move(code)), 0});
    for (const Bytes& table : kernel_.tables)
      tables_.push_back(constant("table", ConstantData::Role::table, table));
    // 2. Every operand once as a range, and its address wherever the program wants it.
    for (const PpuAddress& address : kernel_.addresses) {
      const StorageRef storage = storage_of(address);
      declare(address, storage);
      links_.push_back({ppu_uniform_field(address.uniform), storage, address.offset});
    }
    return {job_, std::move(links_), {}, {}};
  }

 private:
  StorageRef constant(const char* what, ConstantData::Role role, Bytes bytes) {
    return add_constant(placement_.plan,
                        {placement_.node().name + " " + what, role, placement_.index, std::move(bytes)});
  }

  ValueId value_of(const PpuAddress& address) const {
    const Node& node = placement_.node();
    return address.kind == PpuOperandKind::input ? node.inputs.at(address.index)
                                                 : node.outputs.at(address.index);
  }

  StorageRef storage_of(const PpuAddress& address) {
    if (address.kind == PpuOperandKind::table) return tables_.at(address.index);
    return operand_storage(placement_.plan, value_of(address), placement_.index);
  }

  std::uint32_t bytes_of(const PpuAddress& address) const {
    if (address.kind == PpuOperandKind::table)
      return static_cast<std::uint32_t>(kernel_.tables.at(address.index).size());
    return bytes_stored(placement_.value(value_of(address)));
  }

  void declare(const PpuAddress& address, const StorageRef& storage) {
    const auto same = [&](const StorageRef& other) {
      return other.kind == storage.kind && other.index == storage.index;
    };
    if (std::any_of(declared_.begin(), declared_.end(), same)) return;
    require(declared_.size() < kOperandRanges, "its program has more operands than a PPU job");
    const bool writes = address.kind == PpuOperandKind::output;
    job_.operands[declared_.size()] = {0, bytes_of(address),
                                       writes ? OperandRange::write : OperandRange::read};
    links_.push_back({ppu_operand_field(declared_.size()), storage, 0});
    declared_.push_back(storage);
  }

  Placement& placement_;
  const PpuKernel& kernel_;
  PpuJob job_{};
  std::vector<AddressLink> links_;
  std::vector<StorageRef> tables_, declared_;
};

struct Choice {
  std::optional<PpuKernel> kernel;
  const char* reason;
};

// Sums of integers: under the rules whose requantizer is a float multiplier.
Choice coded_matmul(const Placement& placement) {
  const bool onnx = placement.rule == RequantRule::onnx;
  if (!onnx && placement.rule != RequantRule::vipf) return {};
  const Ties ties = onnx ? Ties::half_even : placement.plan.ties;
  return {coded_matmul_ppu_kernel(placement.graph(), placement.node(), placement.chip, ties),
          "sums of integers, requantized in float32"};
}

Choice chosen_kernel(const Placement& placement) {
  const Graph& graph = placement.graph();
  const Node& node = placement.node();
  if (is_qlinear(graph, node, placement.rule))
    return {qlinear_ppu_kernel(graph, node, placement.chip), "ONNX Runtime's fused operator in float32"};
  if (is_group(graph, node, placement.rule)) {
    return {ppu_kernel(graph, node, placement.chip),
            touches_codes(graph, node) ? "the PPU dequantizes, computes in float32 and quantizes"
                                       : "a program of the PPU"};
  }
  return node.op == "matmul" ? coded_matmul(placement) : Choice{};
}

}  // namespace

bool place_on_ppu(Placement& placement) {
  const Choice choice = chosen_kernel(placement);
  if (!choice.kernel) return false;
  placement.layer.jobs.push_back(PpuPlacement(placement, *choice.kernel).planned());
  placement.layer.reason = choice.reason;
  return true;
}

}  // namespace trireme
