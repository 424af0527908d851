// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/schedule.h"

#include <algorithm>

#include "isa/coefficients.h"
#include "sim/memory/operands.h"

namespace trireme {

namespace {

// part * whole / parts, so that the shares of all parts add up to the whole exactly.
std::uint64_t share(std::uint64_t whole, std::int64_t part, std::int64_t parts) {
  return whole * static_cast<std::uint64_t>(part) / static_cast<std::uint64_t>(parts);
}

struct Bounds {
  std::uint64_t first, last;
};

// The stream's bytes are taken as evenly coded over its weights: a superblock's part is its share of the
// weights.
std::vector<Bounds> coded_bounds(const NneJob& job, const Chip& chip) {
  std::vector<std::uint64_t> weights{0};
  for (int s = 0; s < job.superblocks; ++s) {
    std::uint64_t sum = weights.back();
    for (int core = 0; core < chip.nne.cores; ++core) {
      sum += static_cast<std::uint64_t>(weights_in_superblock(job, chip, core, s));
    }
    weights.push_back(sum);
  }
  const std::uint64_t all = std::max<std::uint64_t>(weights.back(), 1);
  std::vector<Bounds> bounds;
  for (std::size_t s = 0; s + 1 < weights.size(); ++s) {
    bounds.push_back(
        {job.coefficient_bytes * weights[s] / all, job.coefficient_bytes * weights[s + 1] / all});
  }
  return bounds;
}

// What the cores of a depthwise superblock read; of any other all channels, once for all cores.
std::vector<ChannelRange> channels_of_step(const NneJob& job, const Chip& chip, int superblock) {
  if (!is(job, NneOperation::depthwise)) return {{0, job.input.channels}};
  std::vector<ChannelRange> ranges;
  const auto kernels = static_cast<int>(job.output.channels);
  for (int core = 0; core < chip.nne.cores; ++core) {
    const int first = first_kernel_of_core(kernels, chip.nne.cores, core) + superblock * job.kernels_per_core;
    ranges.push_back(channels_of_kernels(job, first, kernels_in_superblock(job, chip, core, superblock)));
  }
  return ranges;
}

NneStep make_step(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock,
                  const Bounds& coded, bool first_tile) {
  NneStep step{};
  step.tile = tile;
  step.superblock = superblock;
  const bool depthwise = is(job, NneOperation::depthwise);
  step.input_cached = superblock > 0 && job.image_cache_bytes > 0 && !depthwise;
  step.caches_input = superblock == 0 && job.image_cache_bytes > 0 && !depthwise;
  step.coefficients_cached = !first_tile && job.kernel_cache_bytes > 0;
  step.post_cycles = post_cycles(job, chip, tile, superblock);
  step.output_bytes = output_bytes(job, chip, tile, superblock);
  const std::uint64_t bytes = coded.last - coded.first;
  const Cycle mac = mac_cycles(job, chip, tile, superblock), decode = decode_cycles(job, chip, superblock);
  const std::int64_t chunks = chunks_of_step(job, chip, static_cast<std::int64_t>(bytes));
  std::int64_t channels = 0;
  for (const ChannelRange& range : channels_of_step(job, chip, superblock)) channels += range.count;
  for (std::int64_t i = 0; i < chunks; ++i) {
    NneChunk chunk{};
    chunk.first_channel = channels * i / chunks;
    chunk.channels = channels * (i + 1) / chunks - chunk.first_channel;
    chunk.first_coded = coded.first + share(bytes, i, chunks);
    chunk.coded_bytes = coded.first + share(bytes, i + 1, chunks) - chunk.first_coded;
    chunk.mac_cycles = share(mac, i + 1, chunks) - share(mac, i, chunks);
    chunk.decode_cycles = share(decode, i + 1, chunks) - share(decode, i, chunks);
    step.chunks.push_back(chunk);
  }
  return step;
}

}  // namespace

NneSchedule schedule_of(const NneJob& job, const Chip& chip) {
  NneSchedule schedule;
  const std::vector<Bounds> coded = coded_bounds(job, chip);
  bool first_tile = true;
  for (const NneTile& tile : tiles_of(job)) {
    for (int s = 0; s < job.superblocks; ++s) {
      schedule.steps.push_back(make_step(job, chip, tile, s, coded[static_cast<std::size_t>(s)], first_tile));
    }
    first_tile = false;
  }
  return schedule;
}

std::vector<NneRows> add_pieces(const NneJob& job) {
  constexpr std::int64_t kPieceElements = 4096;  // what is read, summed and written at a time
  const std::int64_t plane = std::int64_t{job.output.width} * job.output.height;
  const std::int64_t planes = std::max<std::int64_t>(1, kPieceElements / plane);
  std::vector<NneRows> pieces;
  for (std::int64_t c = 0; c < job.output.channels; c += planes) {
    const std::int64_t count = std::min<std::int64_t>(planes, job.output.channels - c);
    pieces.push_back({{0, 0, c, job.output.width, job.output.height, count}, plane * count});
  }
  return pieces;
}

std::vector<AddressRange> image_cache_ranges(const NneJob& job, const NneStep& step, const NneChunk& chunk) {
  // The tile's window densely, channel by channel.
  const std::int64_t plane =
      std::int64_t{step.tile.in_width} * step.tile.in_height * element_bytes(job.input);
  return {{static_cast<Address>(job.image_cache + plane * chunk.first_channel),
           static_cast<std::uint64_t>(plane * chunk.channels)}};
}

std::vector<AddressRange> kernel_cache_ranges(const NneJob& job, const NneChunk& chunk) {
  return {{static_cast<Address>(job.kernel_cache + chunk.first_coded), chunk.coded_bytes}};
}

namespace {

// Rows whose gap is shorter than a beat of the bus come in one request: the beats would be the same.
std::vector<AddressRange> requests_of(const std::vector<AddressRange>& rows, std::uint64_t beat) {
  std::vector<AddressRange> requests;
  for (const AddressRange& row : rows) {
    const std::uint64_t end = requests.empty() ? 0 : requests.back().address + requests.back().bytes;
    if (!requests.empty() && row.address >= end && row.address - end < beat) {
      requests.back().bytes = row.address + row.bytes - requests.back().address;
    } else {
      requests.push_back(row);
    }
  }
  return requests;
}

}  // namespace

std::vector<AddressRange> input_ranges(const NneJob& job, const Chip& chip, const NneStep& step,
                                       const NneChunk& chunk) {
  if (step.input_cached) return image_cache_ranges(job, step, chunk);
  std::vector<AddressRange> ranges;
  const NneTile& tile = step.tile;
  std::int64_t position = 0;  // in the channels of the step
  for (const ChannelRange& core : channels_of_step(job, chip, step.superblock)) {
    const std::int64_t begin = std::max(chunk.first_channel - position, std::int64_t{0});
    const std::int64_t end = std::min(chunk.first_channel + chunk.channels - position, core.count);
    position += core.count;
    if (begin >= end) continue;
    append_ranges(job.input,
                  {tile.in_x, tile.in_y, core.first + begin, tile.in_width, tile.in_height, end - begin},
                  ranges);
  }
  return requests_of(ranges, static_cast<std::uint64_t>(chip.axi.bytes_per_cycle));
}

std::vector<AddressRange> coefficient_ranges(const NneJob& job, const NneStep& step, const NneChunk& chunk) {
  if (step.coefficients_cached) return kernel_cache_ranges(job, chunk);
  return {{static_cast<Address>(job.coefficients + chunk.first_coded), chunk.coded_bytes}};
}

std::vector<AddressRange> output_ranges(const NneJob& job, const Chip& chip, const NneStep& step) {
  std::vector<AddressRange> ranges;
  const TileOutput output = output_of_tile(job, step.tile);
  if (output.width == 0 || output.height == 0) return ranges;
  const auto channels = static_cast<int>(job.output.channels);
  for (int core = 0; core < chip.nne.cores; ++core) {
    const int first =
        first_kernel_of_core(channels, chip.nne.cores, core) + step.superblock * job.kernels_per_core;
    const int count = kernels_in_superblock(job, chip, core, step.superblock);
    append_ranges(job.output, {output.x, output.y, first, output.width, output.height, count}, ranges);
  }
  return ranges;
}

}  // namespace trireme
