// SPDX-License-Identifier: Apache-2.0
#include "isa/network_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "isa/network_ranges.h"
#include "support/text.h"

namespace trireme {

namespace {

void check_chip_match(const NetworkBinary& binary, const Chip& chip, const std::string& where,
                      Problems& problems) {
  if (binary.chip_name != chip.name) {
    problems.add(where, fmt::format("is compiled for chip '{}', not for '{}'", binary.chip_name, chip.name),
                 "compile it for the other chip");
  }
  const auto fits = [&](const char* memory, std::uint32_t used, std::int64_t there) {
    if (used > there)
      problems.add(where, fmt::format("uses {} bytes of {}", used, memory),
                   fmt::format("{} has {}", chip.name, there));
  };
  fits("DRAM", binary.dram_bytes, chip.dram.bytes);
  fits("VIP-SRAM", binary.vip_sram_bytes, chip.vip_sram.bytes);
  fits("AXI-SRAM", binary.axi_sram_bytes, chip.axi_sram.bytes);
}

void check_range(const std::string& place, const ByteRange& range, const Chip& chip, Problems& problems) {
  const std::string outside = range.empty() ? "is empty" : outside_memory(range, chip);
  if (!outside.empty()) problems.add(place, outside, "sizes and addresses do not fit the chip");
}

void check_segments(const NetworkBinary& binary, const Chip& chip, const std::string& where,
                    Problems& problems) {
  std::vector<const Segment*> sorted;
  for (const Segment& segment : binary.segments) {
    const std::string place = fmt::format("{}: segment '{}'", where, segment.name);
    check_range(place, range_of(segment), chip, problems);
    if (memory_of(segment.address) == Memory::vip_sram)
      problems.add(place, "is in the VIP-SRAM", "that keeps nothing between runs");
    sorted.push_back(&segment);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Segment* a, const Segment* b) { return a->address < b->address; });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (!range_of(*sorted[i - 1]).meets(range_of(*sorted[i]))) continue;
    problems.add(fmt::format("{}: segment '{}'", where, sorted[i]->name),
                 fmt::format("overlaps segment '{}'", sorted[i - 1]->name), "");
  }
}

void check_jobs(const NetworkBinary& binary, const Chip& chip, const std::string& where, Problems& problems) {
  if (binary.jobs.size() >= kNoEvent) {
    problems.add(where, fmt::format("holds {} jobs", binary.jobs.size()),
                 fmt::format("at most {}", kNoEvent - 1));
    return;
  }
  for (std::size_t i = 0; i < binary.jobs.size(); ++i) {
    const std::string place = fmt::format("{}: job {}", where, i);
    const JobHeader& header = header_of(binary.jobs[i]);
    if (header.job != i)
      problems.add(place, fmt::format("calls itself job {}", header.job), "jobs are numbered in order");
    if (header.layer >= binary.layers.size()) {
      problems.add(place, fmt::format("belongs to layer {}", header.layer),
                   fmt::format("there are {}", binary.layers.size()));
    }
    check_job(binary.jobs[i], binary, chip, place, problems);
  }
}

void check_buffers(const NetworkBinary& binary, const Chip& chip, const std::string& where,
                   Problems& problems) {
  for (const Buffer& buffer : binary.buffers) {
    if (buffer.bytes == 0) continue;  // of a tensor without elements
    const std::string place = fmt::format("{}: buffer '{}'", where, buffer.name);
    check_range(place, range_of(buffer.address, buffer.bytes), chip, problems);
    if (buffer.first_job <= buffer.last_job && buffer.last_job < binary.jobs.size()) continue;
    problems.add(place, fmt::format("lives from job {} to job {}", buffer.first_job, buffer.last_job),
                 fmt::format("there are {} jobs", binary.jobs.size()));
  }
}

// The tensor as planes of rows, whatever its rank.
ByteRange tensor_range(const LayerTensor& tensor) {
  const std::size_t rank = tensor.shape.size();
  const auto width = static_cast<std::uint64_t>(rank > 0 ? tensor.shape[rank - 1] : 1);
  const auto height = static_cast<std::uint64_t>(rank > 1 ? tensor.shape[rank - 2] : 1);
  const auto elements = static_cast<std::uint64_t>(element_count(tensor.shape));  // at most 2^40
  if (elements == 0) return {};
  const std::uint64_t planes = elements / (width * height);
  // More than 2^30 planes or rows are outside any memory; cut so that the products cannot wrap.
  constexpr std::uint64_t many = std::uint64_t{1} << 30;
  const std::uint64_t last =
      std::min(planes - 1, many) * tensor.plane_stride + std::min(height - 1, many) * tensor.row_stride;
  return {tensor.address, tensor.address + last + width * static_cast<unsigned>(bytes_of(tensor.dtype))};
}

void check_layers(const NetworkBinary& binary, const Chip& chip, const std::string& where,
                  Problems& problems) {
  const std::vector<std::string> engines = {"NN", "TP", "SH", "CPU", "--"};
  for (const LayerSymbol& layer : binary.layers) {
    const std::string place = fmt::format("{}: layer '{}'", where, layer.name);
    if (std::find(engines.begin(), engines.end(), layer.engine) == engines.end()) {
      problems.add(place, fmt::format("runs on '{}'", layer.engine), "one of: " + join(engines, ", "));
    }
    for (const LayerTensor& tensor : layer.outputs) {
      const std::string output = fmt::format("{}: output '{}'", place, tensor.value);
      if (element_count(tensor.shape) > 0) check_range(output, tensor_range(tensor), chip, problems);
      if (tensor.after_job >= -1 && tensor.after_job < static_cast<std::int64_t>(binary.jobs.size()))
        continue;
      problems.add(output, fmt::format("is there after job {}", tensor.after_job),
                   fmt::format("there are {} jobs", binary.jobs.size()));
    }
  }
}

void check_io(const char* kind, const std::vector<IoTensor>& tensors, const Chip& chip,
              const std::string& where, Problems& problems) {
  for (const IoTensor& tensor : tensors) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(element_count(tensor.shape)) *
                                static_cast<unsigned>(bytes_of(tensor.dtype));
    if (bytes == 0) continue;
    check_range(fmt::format("{}: {} '{}'", where, kind, tensor.name), range_of(tensor.address, bytes), chip,
                problems);
  }
}

}  // namespace

void check(const NetworkBinary& binary, const Chip& chip, const std::string& where) {
  Problems problems;
  check_chip_match(binary, chip, where, problems);
  check_segments(binary, chip, where, problems);
  check_jobs(binary, chip, where, problems);
  check_events(binary, where, problems);
  check_buffers(binary, chip, where, problems);
  check_layers(binary, chip, where, problems);
  check_io("input", binary.inputs, chip, where, problems);
  check_io("output", binary.outputs, chip, where, problems);
  if (binary.outputs.empty()) problems.add(where, "has no output", "compile the network again");
  problems.throw_if_any();
}

}  // namespace trireme
