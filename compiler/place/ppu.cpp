// SPDX-License-Identifier: Apache-2.0
// Whatever has a program for the PPU: real numbers of any operator, and codes where the rule computes a
// group or ONNX Runtime's fused operator.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <string>

#include "compiler/place/families.h"
#include "compiler/ppu_kernels/code_table.h"
#include "compiler/ppu_kernels/coded.h"
#include "compiler/ppu_kernels/kernel.h"
#include "compiler/ppu_kernels/qlinear.h"
#include "compiler/ppu_kernels/sequence.h"
#include "compiler/ppu_kernels/tflite/kernel.h"
#include "model/graph/attributes.h"
#include "model/reference/execute.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

class PpuPlacement {
 public:
  // `scratch`: of the kernel's sequence.
  PpuPlacement(Placement& placement, const PpuKernel& kernel, const std::vector<StorageRef>& scratch)
      : placement_(placement), kernel_(kernel), scratch_(scratch) {
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
  struct Declared {
    StorageRef storage;
    std::uint32_t offset, bytes;
  };

  // The programs of a sequence are often alike but for addresses: they share what the layer has already.
  StorageRef constant(const char* what, ConstantData::Role role, Bytes bytes) {
    const std::vector<ConstantData>& known = placement_.plan.constants;
    for (std::size_t i = known.size(); i-- > 0 && known[i].layer == placement_.index;) {
      if (known[i].role == role && known[i].bytes == bytes)
        return {StorageRef::Kind::constant, static_cast<std::uint32_t>(i)};
    }
    return add_constant(placement_.plan,
                        {placement_.node().name + " " + what, role, placement_.index, std::move(bytes)});
  }

  ValueId value_of(const PpuAddress& address) const {
    const Node& node = placement_.node();
    return address.kind == PpuOperandKind::input ? node.inputs.at(address.index)
                                                 : node.outputs.at(address.index);
  }

  static bool is_scratch(const PpuAddress& address) {
    return address.kind == PpuOperandKind::scratch_in || address.kind == PpuOperandKind::scratch_out;
  }

  StorageRef storage_of(const PpuAddress& address) {
    if (address.kind == PpuOperandKind::table) return tables_.at(address.index);
    if (is_scratch(address)) return scratch_.at(address.index);
    return operand_storage(placement_.plan, value_of(address), placement_.index);
  }

  std::uint32_t bytes_of(const PpuAddress& address) const {
    if (address.kind == PpuOperandKind::table)
      return static_cast<std::uint32_t>(kernel_.tables.at(address.index).size());
    if (is_scratch(address)) return placement_.plan.scratch.at(scratch_.at(address.index).index).bytes;
    return bytes_stored(placement_.value(value_of(address)));
  }

  void declare(const PpuAddress& address, const StorageRef& storage) {
    const std::uint32_t offset = address.bytes == 0 ? 0 : address.offset;
    const std::uint32_t bytes = address.bytes == 0 ? bytes_of(address) : address.bytes;
    const auto same = [&](const Declared& other) {
      return other.storage.kind == storage.kind && other.storage.index == storage.index &&
             other.offset == offset && other.bytes == bytes;
    };
    if (std::any_of(declared_.begin(), declared_.end(), same)) return;
    require(declared_.size() < kOperandRanges, "its program has more operands than a PPU job");
    const bool writes = address.kind == PpuOperandKind::output || address.kind == PpuOperandKind::scratch_out;
    job_.operands[declared_.size()] = {0, bytes, writes ? OperandRange::write : OperandRange::read};
    links_.push_back({ppu_operand_field(declared_.size()), storage, offset});
    declared_.push_back({storage, offset, bytes});
  }

  Placement& placement_;
  const PpuKernel& kernel_;
  const std::vector<StorageRef>& scratch_;
  PpuJob job_{};
  std::vector<AddressLink> links_;
  std::vector<StorageRef> tables_;
  std::vector<Declared> declared_;
};

struct Program {
  std::optional<PpuSequence> sequence;
  const char* reason;
};

std::optional<PpuSequence> alone(std::optional<PpuKernel> kernel) {
  if (!kernel) return std::nullopt;
  return PpuSequence{{std::move(*kernel)}, {}};
}

Program coded_sum(const Placement& placement) {
  const auto kernel =
      placement.node().op == "matmul" ? coded_matmul_ppu_kernel : coded_convolution_ppu_kernel;
  return {
      alone(kernel(placement.graph(), placement.node(), placement.chip, placement.rule, placement.plan.ties)),
      "sums of integers, requantized by the rule"};
}

// Operators that a program of the PPU computes by polynomials, or adds up in another order than the
// reference: the two agree within a few units in the last place of a float32, which the steps of 8-bit codes
// hide and those of 16 bits do not. Functions of one code go through a table then; the others are the host's.
bool is_approximated(const Node& node) {
  using Reduction = ReduceAttributes::Type;
  if (node.op == "reduce") {
    const Reduction type = attributes<ReduceAttributes>(node).type;
    return type != Reduction::max && type != Reduction::min;
  }
  static const std::set<std::string> ops = {"acos",
                                            "acosh",
                                            "asin",
                                            "asinh",
                                            "atan",
                                            "atanh",
                                            "celu",
                                            "cos",
                                            "cosh",
                                            "elu",
                                            "erf",
                                            "exp",
                                            "gelu",
                                            "groupnormalize",
                                            "gru",
                                            "instancenormalize",
                                            "l2normalize",
                                            "layernormalize",
                                            "localresponsenormalization",
                                            "log",
                                            "log_softmax",
                                            "lstm",
                                            "mish",
                                            "pow",
                                            "rmsnormalize",
                                            "rnn",
                                            "rsqrt",
                                            "selu",
                                            "sigmoid",
                                            "sin",
                                            "sinh",
                                            "softmax",
                                            "softrelu",
                                            "swish",
                                            "tan",
                                            "tanh"};
  return ops.count(node.op) != 0;
}

bool gives_fine_codes(const Graph& graph, const Node& node) {
  return std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
    const Quantization& q = graph.values[id].quantization;
    return q.quantized() && bytes_of(q.dtype) > 1;
  });
}

constexpr const char* kByTable = "a table on the PPU of every code's result";

std::optional<PpuSequence> code_table(const Placement& placement) {
  return alone(code_table_ppu_kernel(placement.graph(), placement.node(), placement.chip, placement.rule,
                                     placement.plan.ties));
}

Program program_of(const Placement& placement) {
  const Graph& graph = placement.graph();
  const Node& node = placement.node();
  const Chip& chip = placement.chip;
  if (is_qlinear(graph, node, placement.rule))
    return {alone(qlinear_ppu_kernel(graph, node, chip, placement.rule)),
            placement.rule == RequantRule::onnx ? "ONNX Runtime's fused operator in float32"
                                                : "exponentials from a table of 256 on the PPU"};
  if (is_group(graph, node, placement.rule)) {
    if (is_approximated(node) && gives_fine_codes(graph, node)) {
      std::optional<PpuSequence> table = code_table(placement);
      const char* reason = table ? kByTable : "to the last bit of 16-bit codes";
      return {std::move(table), reason};
    }
    const bool codes = touches_codes(graph, node);
    std::optional<PpuSequence> sequence = alone(ppu_kernel(graph, node, chip));
    return {sequence ? std::move(sequence) : ppu_sequence(graph, node, chip),
            codes ? "the PPU dequantizes, computes in float32 and quantizes" : "a program of the PPU"};
  }
  if (node.op == "matmul" || node.op == "convolution") return coded_sum(placement);
  if (is_tflite(placement.rule)) {
    if (auto kernel = alone(tflite_ppu_kernel(graph, node, chip, placement.rule)))
      return {std::move(kernel), "TensorFlow Lite's own integer algorithm"};
    if (auto table = code_table(placement)) return {std::move(table), kByTable};
  }
  return {std::nullopt, ""};
}

}  // namespace

bool place_on_ppu(Placement& placement) {
  const Program program = program_of(placement);
  if (!program.sequence) {
    placement.layer.reason = program.reason;
    return false;
  }
  std::vector<StorageRef> scratch;
  for (const std::uint32_t bytes : program.sequence->scratch) {
    const std::string name = placement.node().name + " scratch " + std::to_string(scratch.size());
    scratch.push_back(add_scratch(placement.plan, name, bytes));
  }
  for (const PpuKernel& kernel : program.sequence->kernels)
    placement.layer.jobs.push_back(PpuPlacement(placement, kernel, scratch).planned());
  placement.layer.reason = program.reason;
  return true;
}

}  // namespace trireme
