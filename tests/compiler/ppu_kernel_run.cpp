// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/ppu_kernel_run.h"

#include <algorithm>

#include "compiler/ppu_kernels/kernel.h"
#include "isa/chip.h"
#include "isa/job.h"
#include "sim/ppu/interpreter.h"
#include "support/error.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme::test {

namespace {

// Operands far from each other, so that no address can belong to two.
class Operands : public PpuMemory {
 public:
  void load(Address, void*, std::size_t) override { throw Error("kernel", "loads outside its operands"); }
  void store(Address, const void*, std::size_t) override {
    throw Error("kernel", "stores outside its operands");
  }
  Address readable(Bytes& bytes) {
    load_spans.push_back({next_, bytes.size(), bytes.data(), nullptr});
    return advance(bytes.size());
  }
  Address writable(Bytes& bytes, Bytes& stored) {
    stored.assign(bytes.size(), 0);
    store_spans.push_back({next_, bytes.size(), bytes.data(), stored.data()});
    return advance(bytes.size());
  }

 private:
  Address advance(std::size_t bytes) {
    const Address address = next_;
    next_ += static_cast<Address>((bytes + 0x1000) / 64 * 64);
    return address;
  }
  Address next_ = 0x1000;
};

std::optional<std::vector<Tensor>> run_on(const Chip& chip, const Graph& graph,
                                          const std::vector<Tensor>& inputs) {
  const Node& node = graph.nodes.at(0);
  std::optional<PpuKernel> kernel = ppu_kernel(graph, node, chip);
  if (!kernel) return std::nullopt;
  check_program(kernel->program, chip.ppu.temp_registers, chip.ppu.instruction_slots, "kernel");
  Operands memory;
  std::vector<Tensor> given = inputs, results;
  std::vector<Bytes> stored(node.outputs.size());
  std::vector<std::vector<Address>> addresses(3);
  for (Tensor& tensor : given) addresses[0].push_back(memory.readable(tensor.bytes));
  for (Bytes& table : kernel->tables) addresses[1].push_back(memory.readable(table));
  for (const ValueId id : node.outputs)
    results.emplace_back(graph.values[id].quantization.dtype, graph.values[id].shape);
  for (std::size_t i = 0; i < results.size(); ++i)
    addresses[2].push_back(memory.writable(results[i].bytes, stored[i]));
  std::vector<std::uint32_t> uniforms = kernel->uniforms;
  uniforms.resize(kPpuUniforms);
  for (const PpuAddress& address : kernel->addresses)
    uniforms[address.uniform] =
        addresses[static_cast<std::size_t>(address.kind)].at(address.index) + address.offset;
  run_ppu_program(kernel->program, uniforms.data(), kernel->threads, memory, nullptr);
  for (const Bytes& marks : stored) {
    if (std::find(marks.begin(), marks.end(), 0) != marks.end())
      throw Error("kernel", "leaves bytes of its output unwritten");
  }
  return results;
}

bool same_bytes(const std::optional<std::vector<Tensor>>& a, const std::optional<std::vector<Tensor>>& b) {
  if (!a || !b) return !a && !b;
  return std::equal(a->begin(), a->end(), b->begin(), b->end(),
                    [](const Tensor& x, const Tensor& y) { return x.bytes == y.bytes; });
}

}  // namespace

std::optional<std::vector<Tensor>> run_kernel(const Graph& graph, const std::vector<Tensor>& inputs) {
  Chip chip = trireme::test_chip();
  const std::optional<std::vector<Tensor>> results = run_on(chip, graph, inputs);
  chip.ppu.threads = 1;
  if (!same_bytes(results, run_on(chip, graph, inputs)))
    throw Error("kernel", "gives other results where a thread has more of them");
  return results;
}

}  // namespace trireme::test
