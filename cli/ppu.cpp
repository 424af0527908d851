// SPDX-License-Identifier: Apache-2.0
// Assembler and disassembler of PPU programs.
#include <fmt/format.h>

#include <memory>
#include <set>

#include "cli/common_model.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "isa/chip.h"
#include "isa/network_binary.h"
#include "isa/ppu.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace {

int assemble_file(const std::string& source, const std::string& output, const std::string& chip_name,
                  const Console& console) {
  const Chip chip = find_chip(chip_name.empty() ? kDefaultChip : chip_name);
  const PpuProgram program = assemble(read_text(source), source);
  check_program(program, chip.ppu.temp_registers, chip.ppu.instruction_slots, source);
  const std::string path = output.empty() ? beside(source, ".bin").string() : output;
  write_file(path, encode(program));
  console.print(fmt::format("wrote {}: {} instructions of {} slots\n", path, program.size(),
                            chip.ppu.instruction_slots));
  return kExitOk;
}

// The bytes of a program in the memory image; a checked binary has every program in one segment.
Bytes program_bytes(const NetworkBinary& binary, const PpuJob& job, const std::string& where) {
  for (const Segment& segment : binary.segments) {
    if (job.program < segment.address) continue;
    const std::uint64_t offset = job.program - segment.address;
    if (offset + job.program_bytes > segment.bytes.size()) continue;
    const auto first = segment.bytes.begin() + static_cast<std::ptrdiff_t>(offset);
    return {first, first + static_cast<std::ptrdiff_t>(job.program_bytes)};
  }
  throw Error(where, fmt::format("no segment holds the program at 0x{:08x}", job.program),
              "compile the network again");
}

std::string disassemble_binary(const std::string& file) {
  const NetworkBinary binary = read_network_binary(file);
  std::set<Address> seen;
  std::string text;
  for (const Job& job : binary.jobs) {
    const auto* ppu = std::get_if<PpuJob>(&job);
    if (ppu == nullptr || !seen.insert(ppu->program).second) continue;
    const Bytes bytes = program_bytes(binary, *ppu, file);
    const std::size_t layer = ppu->header.layer;
    const std::string lid = layer < binary.layers.size() ? binary.layers[layer].lid : std::string("?");
    text += fmt::format("; {} at 0x{:08x}, {}\n", lid, ppu->program,
                        counted(static_cast<std::uint64_t>(ppu->threads), "thread"));
    text += disassemble(decode_ppu_program(bytes, file));
  }
  return text.empty() ? "; no PPU program\n" : text;
}

}  // namespace

void add_asm(CLI::App& app, Chosen& chosen) {
  struct State {
    std::string source, output, chip;
  };
  auto state = std::make_shared<State>();
  CLI::App* verb = add_verb(app, "asm", "Assemble a PPU program and check it against a chip.",
                            "trireme asm relu.s -o relu.bin");
  verb->add_option("FILE", state->source, "assembler text, docs/isa.md")->required();
  verb->add_option("-o,--output", state->output, "default: NAME.bin beside it")->type_name("FILE");
  add_chip_option(verb, state->chip);
  on_chosen(verb, chosen, [state](const Console& console) {
    return assemble_file(state->source, state->output, state->chip, console);
  });
}

void add_disasm(CLI::App& app, Chosen& chosen) {
  auto file = std::make_shared<std::string>();
  CLI::App* verb =
      add_verb(app, "disasm", "Show the PPU programs of a network binary, or one assembled program, as text.",
               "trireme disasm lenet.tnb");
  verb->add_option("FILE", *file, "network binary (.tnb) or assembled program")->required();
  on_chosen(verb, chosen, [file](const Console& console) {
    console.print(is_network_binary_name(*file) ? disassemble_binary(*file)
                                                : disassemble(decode_ppu_program(read_file(*file), *file)));
    return kExitOk;
  });
}

}  // namespace trireme
