// SPDX-License-Identifier: Apache-2.0
// The tables of `trireme info`, laid out as the board tools' nbinfo does (formats.md §9.1).
#include <fmt/format.h>

#include <algorithm>

#include "isa/network_binary.h"
#include "support/error.h"
#include "support/text.h"

namespace trireme {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::uint64_t kAlignment = 64;

const std::string kRule = std::string(kColumns, '*') + "\n";

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The longest head of `text` with at most `count` characters, never half of a UTF-8 sequence.
std::string_view head(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && shown++ == count) break;
  }
  return text.substr(0, end);
}

std::string title(const std::string& text) { return kRule + text + "\n" + kRule; }

// Label left, value right-aligned to the last column; a value that does not fit goes below, cut into lines.
std::string line(const std::string& label, const std::string& value) {
  const std::size_t used = characters(label) + characters(value);
  if (used < kColumns) return label + std::string(kColumns - used, ' ') + value + "\n";
  std::string text = label + "\n";
  std::string_view rest = value;
  while (!rest.empty()) {
    std::string_view part = head(rest, kColumns - 2);
    const std::size_t blank = part.rfind(' ');
    if (part.size() < rest.size() && blank != std::string_view::npos && blank > 0)
      part = part.substr(0, blank);
    text += "  " + trim(part) + "\n";
    rest.remove_prefix(part.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  return text;
}

std::string line(const std::string& label, std::int64_t value) {
  return line(label, fmt::format("{}", value));
}

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

// Of everything a run starts from: commands and initial memory.
std::string checksum(const NetworkBinary& binary) {
  Bytes all;
  for (const Job& job : binary.jobs) {
    const Bytes bytes = encode(job);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  for (const Segment& segment : binary.segments)
    all.insert(all.end(), segment.bytes.begin(), segment.bytes.end());
  return "0x" + sha256_hex(all).substr(0, 8);
}

std::string brief(const NetworkBinary& binary) {
  const Chip chip = chip_of(binary, "", binary.name);
  std::string text = title("Overall Info");
  text += line("Network Name:", binary.name);
  text += line("Version:", hex(static_cast<std::uint64_t>(binary.version)));
  text += line("Target:", hex(binary.chip_pid));
  text += line("Core Count:", 1);
  text += line("AXI SRAM Size:", hex(static_cast<std::uint64_t>(chip.axi_sram.bytes)));
  text += line("VIP SRAM Size:", hex(static_cast<std::uint64_t>(chip.vip_sram.bytes)));
  text += line("Memory Pool Size:", binary.dram_bytes);
  text += line("Memory Pool Alignment:", static_cast<std::int64_t>(kAlignment));
  text += line("Layer Count:", static_cast<std::int64_t>(binary.layers.size()));
  text += line("Operation Count:", static_cast<std::int64_t>(binary.jobs.size()));
  text += line("Input Count:", static_cast<std::int64_t>(binary.inputs.size()));
  text += line("Output Count", static_cast<std::int64_t>(binary.outputs.size()));  // nbinfo has no colon here
  text += line("CheckSum Value:", checksum(binary));
  text += line("Chip:", fmt::format("{} ({})", binary.chip_name, chip.market_name));
  if (chip.axi_sram.bytes > 0) text += line("AXI SRAM Used:", hex(binary.axi_sram_bytes));
  text += line("VIP SRAM Used:", hex(binary.vip_sram_bytes));
  text += line("Requantization:",
               fmt::format("{}, ties {}", name_of(binary.rule), ties_text(binary.rule, binary.ties)));
  text += line("Requantization Confidence:", confidence_of(binary.rule));
  text += line("Producer:", binary.producer);
  text += line("Options:", binary.options.empty() ? "none" : binary.options);
  text += line("Model SHA-256:", binary.model_hash);
  return text + kRule;
}

std::string data_format(DataType type) {
  switch (type) {
    case DataType::float16:
      return "VIP_BUFFER_FORMAT_FP16";
    case DataType::float32:
      return "VIP_BUFFER_FORMAT_FP32";
    default: {
      std::string name = name_of(type);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
      return "VIP_BUFFER_FORMAT_" + name;
    }
  }
}

std::string quantization_lines(const Quantization& q) {
  if (q.scheme == Quantization::Scheme::none) return line("Quantization Format:", "VIP_BUFFER_QUANTIZE_NONE");
  if (q.scheme == Quantization::Scheme::fixed_point) {
    return line("Quantization Format:", "VIP_BUFFER_QUANTIZE_DYNAMIC_FIXED_POINT") +
           line("Fixed Point Position:", q.fl);
  }
  std::string text = line("Quantization Format:", "VIP_BUFFER_QUANTIZE_TF_ASYMM");
  if (q.per_channel()) return text + line("Channel Axis:", q.channel_axis);
  return text + line("TF Scale:", shortest(q.scale[0])) + line("TF Zeropoint:", q.zero_point[0]);
}

std::string io_table(const char* kind, const char* Kind, const std::vector<IoTensor>& tensors) {
  std::string text = title(std::string(Kind) + " Table");
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const IoTensor& tensor = tensors[i];
    if (i > 0) text += kRule;
    text += fmt::format("{} {}\n", Kind, i);
    text += line("Dim Count:", static_cast<std::int64_t>(tensor.shape.size()));
    for (std::size_t dim = 0; dim < tensor.shape.size(); ++dim) {
      text +=
          line(fmt::format("Size of Dim[{}]:", dim), tensor.shape[tensor.shape.size() - 1 - dim]);  // W first
    }
    const std::int64_t bytes = element_count(tensor.shape) * bytes_of(tensor.dtype);
    const auto alignment = static_cast<std::int64_t>(kAlignment);
    text += line("Data Format:", data_format(tensor.dtype));
    text += line("Data Type:", "VIP_BUFFER_TYPE_TENSOR");
    text += quantization_lines(tensor.quantization);
    text += line("Memory Size:", (bytes + alignment - 1) / alignment * alignment);
    text += line(fmt::format("{} name:", kind), tensor.name);
    text += line(fmt::format("{} layer:", kind), tensor.lid);
  }
  return text + kRule;
}

std::string layer_table(const NetworkBinary& binary) {
  std::string text = title("Layer Table");
  for (std::size_t i = 0; i < binary.layers.size(); ++i) {
    const LayerSymbol& layer = binary.layers[i];
    if (i > 0) text += kRule;
    text += fmt::format("Layer {}\n", i);
    text += line("Layer Name:", layer.name);
    text += line("Layer Id:", layer.lid);
    text += line("Layer Type:", layer.op);
    text += line("Layer Target:", layer.engine);
    if (!layer.reason.empty()) text += line("Reason:", layer.reason);
    if (!layer.merged.empty()) text += line("Merged:", join(layer.merged, " "));
    if (!layer.inputs.empty()) text += line("Input Layers:", join(layer.inputs, " "));
    text += line("Input Size:", w_first(layer.input_shape, ' '));
    text += line("Output Size:", w_first(layer.output_shape, ' '));
    text += line("MAC Count:", layer.macs);
    text += line("Weight Bytes:", layer.weight_bytes);
    text += line("Coded Bytes:", layer.coded_bytes);
  }
  return text + kRule;
}

std::string operation_table(const NetworkBinary& binary) {
  std::string text = title("Operation Table");
  for (std::size_t i = 0; i < binary.jobs.size(); ++i) {
    const JobHeader& header = header_of(binary.jobs[i]);
    if (i > 0) text += kRule;
    text += fmt::format("Operation {}\n", i);
    text += line("Operation Type:", name_of(engine_of(binary.jobs[i])));
    text += line("Operation Layer:",
                 header.layer < binary.layers.size() ? binary.layers[header.layer].name : "?");
    text += line("Operation Command:", print(binary.jobs[i]));
  }
  return text + kRule;
}

std::string memory_table(const NetworkBinary& binary) {
  std::string text = title("Memory Table");
  text += fmt::format("{:<10} {:>11} {:<13} {:>11}  {}\n", "address", "bytes", "kind", "jobs", "name");
  for (const Buffer& buffer : binary.buffers) {
    const std::string row =
        fmt::format("0x{:08x} {:>11} {:<13} {:>11}  ", buffer.address, buffer.bytes, buffer.kind,
                    fmt::format("{}..{}", buffer.first_job, buffer.last_job));
    text += row + std::string(head(buffer.name, kColumns - std::min(characters(row), kColumns))) + "\n";
  }
  return text + kRule;
}

}  // namespace

std::string info_text(const NetworkBinary& binary, const std::vector<std::string>& sections) {
  const std::vector<std::string> known = {"brief", "inputs", "outputs", "layers", "operations", "memory"};
  Problems problems;
  for (const std::string& section : sections) {
    const bool there = std::find(known.begin(), known.end(), section) != known.end();
    if (!there) problems.add("", fmt::format("there is no table '{}'", section), suggestion(section, known));
  }
  problems.throw_if_any();
  std::string text;
  for (const std::string& section : sections.empty() ? known : sections) {
    if (section == "brief") text += brief(binary);
    if (section == "inputs") text += io_table("input", "Input", binary.inputs);
    if (section == "outputs") text += io_table("output", "Output", binary.outputs);
    if (section == "layers") text += layer_table(binary);
    if (section == "operations") text += operation_table(binary);
    if (section == "memory") text += memory_table(binary);
  }
  return text;
}

}  // namespace trireme
