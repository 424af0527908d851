// SPDX-License-Identifier: Apache-2.0
#include "sim/ppu/ppu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "timing/ppu.h"

namespace trireme {

namespace {
std::vector<AddressRange> operand_ranges(const PpuJob& job, OperandRange::Access access) {
  std::vector<AddressRange> ranges;
  for (const OperandRange& operand : job.operands) {
    if (operand.access == access) ranges.push_back({operand.address, operand.bytes});
  }
  return ranges;
}

bool inside(const std::vector<AddressRange>& ranges, Address address, std::size_t bytes) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) {
    return address >= range.address && std::uint64_t{address} + bytes <= range.address + range.bytes;
  });
}
}  // namespace

// Loads see memory as it is at the job's start; stores are held back. Both must stay in the declared ranges.
class Ppu::Access : public PpuMemory {
 public:
  Access(Ppu& ppu, std::uint32_t job)
      : ppu_(ppu),
        reader_(ppu.reader_for(job)),
        who_(ppu.context_.describe(job)),
        input_(operand_ranges(ppu.job(job), OperandRange::read)),
        output_(operand_ranges(ppu.job(job), OperandRange::write)) {}

  void load(Address address, void* data, std::size_t bytes) override {
    require(input_, "loads from", address, bytes);
    const Bytes loaded = reader_.bytes(address, bytes, "its operands");
    std::memcpy(data, loaded.data(), bytes);
  }
  void store(Address address, const void* data, std::size_t bytes) override {
    require(output_, "stores to", address, bytes);
    Store store{address, {}, static_cast<std::uint32_t>(bytes)};
    std::memcpy(store.data.data(), data, bytes);
    ppu_.stores_.push_back(store);
  }

 private:
  void require(const std::vector<AddressRange>& ranges, const char* what, Address address,
               std::size_t bytes) const {
    if (inside(ranges, address, bytes)) return;
    throw Error(who_, fmt::format("{} 0x{:08x}, outside the range its descriptor declares", what, address));
  }
  Ppu& ppu_;
  OperandReader reader_;
  std::string who_;
  std::vector<AddressRange> input_, output_;
};

Ppu::Ppu(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory)
    : EngineUnit(name, Engine::ppu, context, memory) {}

JobRanges Ppu::ranges(std::uint32_t index) const {
  JobRanges ranges{context_.describe(index), operand_ranges(job(index), OperandRange::read),
                   operand_ranges(job(index), OperandRange::write)};
  ranges.reads.push_back({job(index).program, job(index).program_bytes});
  return ranges;
}

PpuProgram Ppu::program(std::uint32_t index) const {
  Bytes bytes(job(index).program_bytes);
  context_.memory.read(job(index).program, bytes.data(), bytes.size());
  const std::string who = context_.describe(index);
  PpuProgram program = decode_ppu_program(bytes, who);
  check_program(program, context_.chip.ppu.temp_registers, context_.chip.ppu.instruction_slots, who);
  return program;
}

void Ppu::read_operands(std::uint32_t index) {
  stores_.clear();
  Access access(*this, index);
  run_ppu_program(program(index), job(index).uniforms, job(index).threads, access, nullptr);
}

void Ppu::spend(std::uint32_t index) {
  const std::uint32_t layer = layer_of(index);
  const PpuCounts counts = count_instructions(program(index), job(index).uniforms);
  context_.layer_ppu_instructions[layer] += static_cast<std::uint64_t>(counts.total()) * job(index).threads;
  // 1. Instructions and operands.
  transfer_all(Stream::ppu_input, {{job(index).program, job(index).program_bytes}}, false, layer);
  transfer_all(Stream::ppu_input, operand_ranges(job(index), OperandRange::read), false, layer);
  // 2. Execution.
  wait_cycles(ppu_compute_cycles(counts, job(index).threads, context_.chip));
  account_.charge(Cause::compute, current_cycle());
  // 3. Results.
  transfer_all(Stream::ppu_output, operand_ranges(job(index), OperandRange::write), true, layer);
}

void Ppu::write_results(std::uint32_t) {
  for (const Store& store : stores_) context_.memory.write(store.address, store.data.data(), store.bytes);
  stores_.clear();
}

}  // namespace trireme
