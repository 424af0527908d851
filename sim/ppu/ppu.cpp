// SPDX-License-Identifier: Apache-2.0
#include "sim/ppu/ppu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "timing/ppu.h"

namespace trireme {

namespace {
bool inside(const std::vector<AddressRange>& ranges, Address address, std::size_t bytes) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) {
    return address >= range.address && std::uint64_t{address} + bytes <= range.address + range.bytes;
  });
}

// In ascending order, those that meet or overlap made one.
std::vector<AddressRange> merged(std::vector<AddressRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange& x, const AddressRange& y) { return x.address < y.address; });
  std::vector<AddressRange> result;
  for (const AddressRange& range : ranges) {
    if (!result.empty() && range.address <= result.back().address + result.back().bytes) {
      const std::uint64_t end =
          std::max(result.back().address + result.back().bytes, std::uint64_t{range.address} + range.bytes);
      result.back().bytes = end - result.back().address;
    } else {
      result.push_back(range);
    }
  }
  return result;
}

}  // namespace

// Loads see memory as it is at the job's start; stores are held back. Both must stay in the declared ranges:
// these are the spans, so what comes to load() and store() is a finding or an error. Ranges with bytes that
// nobody has written are no spans, so that every load of such a byte is seen.
class Ppu::Access : public PpuMemory {
 public:
  Access(Ppu& ppu, std::uint32_t job)
      : reader_(ppu.reader_for(job)),
        who_(ppu.context_.describe(job)),
        input_(merged(ranges_of(ppu.job(job).operands, OperandRange::read))) {
    for (const AddressRange& range : input_) {
      Bytes data(range.bytes);
      if (ppu.context_.memory.read(range.address, data.data(), data.size())) continue;
      loaded_.push_back(std::move(data));
      load_spans.push_back({range.address, range.bytes, loaded_.back().data(), nullptr});
    }
    for (const AddressRange& range : merged(ranges_of(ppu.job(job).operands, OperandRange::write))) {
      ppu.stores_.push_back({range.address, Bytes(range.bytes), Bytes(range.bytes)});
      Stores& stores = ppu.stores_.back();
      store_spans.push_back({range.address, range.bytes, stores.data.data(), stores.stored.data()});
    }
  }

  void load(Address address, void* data, std::size_t bytes) override {
    if (!inside(input_, address, bytes)) outside("loads from", address);
    const Bytes loaded = reader_.bytes(address, bytes, "its operands");
    std::memcpy(data, loaded.data(), bytes);
  }
  void store(Address address, const void*, std::size_t) override { outside("stores to", address); }

 private:
  [[noreturn]] void outside(const char* what, Address address) const {
    throw Error(who_, fmt::format("{} 0x{:08x}, outside the range its descriptor declares", what, address));
  }
  OperandReader reader_;
  std::string who_;
  std::vector<AddressRange> input_;
  std::vector<Bytes> loaded_;
};

Ppu::Ppu(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory)
    : EngineUnit(name, Engine::ppu, context, memory) {}

JobRanges Ppu::ranges(std::uint32_t index) const {
  JobRanges ranges{context_.describe(index), ranges_of(job(index).operands, OperandRange::read),
                   ranges_of(job(index).operands, OperandRange::write)};
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
  transfer_all(Stream::ppu_input, ranges_of(job(index).operands, OperandRange::read), false, layer);
  // 2. Execution.
  wait_cycles(ppu_compute_cycles(counts, job(index).threads, context_.chip));
  account_.charge(Cause::compute, current_cycle());
  // 3. Results.
  transfer_all(Stream::ppu_output, ranges_of(job(index).operands, OperandRange::write), true, layer);
}

void Ppu::write_results(std::uint32_t) {
  for (const Stores& stores : stores_) {
    const Bytes& marks = stores.stored;
    for (auto begin = std::find(marks.begin(), marks.end(), 1); begin != marks.end();) {
      const auto end = std::find(begin, marks.end(), 0);
      const auto offset = static_cast<std::size_t>(begin - marks.begin());
      context_.memory.write(static_cast<Address>(stores.address + offset), stores.data.data() + offset,
                            static_cast<std::uint64_t>(end - begin));
      begin = std::find(end, marks.end(), 1);
    }
  }
  stores_.clear();
}

}  // namespace trireme
