// SPDX-License-Identifier: Apache-2.0
#include "tests/clocked/work.h"

#include <algorithm>

namespace trireme::clocked {

namespace {

std::int64_t up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

struct Window {  // columns, rows and channels of a map
  std::int64_t x, y, c, width, height, channels;
};

// Row after row, plane after plane; what touches is one piece.
void add_window(Pieces& pieces, const TensorView& view, const Window& window) {
  for (std::int64_t c = 0; c < window.channels; ++c) {
    for (std::int64_t y = 0; y < window.height; ++y) {
      const std::int64_t offset =
          (window.c + c) * view.plane_stride + (window.y + y) * view.row_stride + window.x;
      const auto address = view.address + static_cast<std::uint64_t>(offset);
      const auto bytes = static_cast<std::uint64_t>(window.width);
      if (bytes == 0) continue;
      if (!pieces.empty() && pieces.back().address + pieces.back().bytes == address) {
        pieces.back().bytes += bytes;
      } else {
        pieces.push_back({address, bytes});
      }
    }
  }
}

// What is read with less than a beat of the bus between is read as one.
Pieces joined(const Pieces& pieces, std::uint64_t beat) {
  Pieces all;
  for (const Piece& piece : pieces) {
    if (!all.empty()) {
      Piece& last = all.back();
      const std::uint64_t after = last.address + last.bytes;
      if (after <= piece.address && piece.address < after + beat) {
        last.bytes += piece.address - after + piece.bytes;
        continue;
      }
    }
    all.push_back(piece);
  }
  return all;
}

class Spelling {
 public:
  Spelling(const NneJob& job, const Chip& chip) : job_(job), chip_(chip) {
    depthwise_ = job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
    const std::int64_t depth = depthwise_ ? 1 : job.input.channels;
    blocks_ = up(depth * job.kernel_w * job.kernel_h, 9);
  }

  Work run() {
    Work work;
    work.constants = {{job_.bias, 4ULL * job_.output.channels}};
    bool first_tile = true;
    for (std::int64_t y = 0; y < job_.conv_height; y += job_.tile_h) {
      for (std::int64_t x = 0; x < job_.conv_width; x += job_.tile_w) {
        x_ = x;
        y_ = y;
        width_ = std::min<std::int64_t>(job_.tile_w, job_.conv_width - x);
        height_ = std::min<std::int64_t>(job_.tile_h, job_.conv_height - y);
        for (int s = 0; s < job_.superblocks; ++s) work.steps.push_back(step(s, first_tile));
        first_tile = false;
      }
    }
    return work;
  }

 private:
  // Output channels of a core: even shares, the first cores one more.
  std::int64_t channels_of(int core) const {
    const std::int64_t all = job_.output.channels, cores = chip_.nne.cores;
    return all / cores + (core < all % cores ? 1 : 0);
  }
  std::int64_t first_channel_of(int core) const {
    std::int64_t first = 0;
    for (int c = 0; c < core; ++c) first += channels_of(c);
    return first;
  }
  std::int64_t kernels(int core, int superblock) const {
    const std::int64_t left = channels_of(core) - std::int64_t{superblock} * job_.kernels_per_core;
    return std::clamp<std::int64_t>(left, 0, job_.kernels_per_core);
  }
  std::int64_t kernels_of_all(int superblock) const {
    std::int64_t sum = 0;
    for (int core = 0; core < chip_.nne.cores; ++core) sum += kernels(core, superblock);
    return sum;
  }
  std::int64_t weights_up_to(int superblock) const {
    std::int64_t sum = 0;
    for (int s = 0; s < superblock; ++s) sum += kernels_of_all(s) * blocks_ * 9;
    return sum;
  }
  // The stream's bytes up to a superblock, as evenly coded over the weights.
  std::int64_t coded_up_to(int superblock) const {
    return std::int64_t{job_.coefficient_bytes} * weights_up_to(superblock) / weights_up_to(job_.superblocks);
  }

  Window input_window() const {
    const std::int64_t left = x_ * job_.stride_w - job_.pad_left, top = y_ * job_.stride_h - job_.pad_top;
    const std::int64_t right =
        left + (width_ - 1) * job_.stride_w + (job_.kernel_w - 1) * job_.dilation_w + 1;
    const std::int64_t bottom =
        top + (height_ - 1) * job_.stride_h + (job_.kernel_h - 1) * job_.dilation_h + 1;
    Window window{};
    window.x = std::max<std::int64_t>(left, 0);
    window.y = std::max<std::int64_t>(top, 0);
    window.width = std::max<std::int64_t>(0, std::min<std::int64_t>(right, job_.input.width) - window.x);
    window.height = std::max<std::int64_t>(0, std::min<std::int64_t>(bottom, job_.input.height) - window.y);
    return window;
  }

  // The busiest core is the first.
  std::int64_t array_cycles(int superblock) const {
    const bool native = job_.stride_w == 1 || (job_.stride_w == 2 && chip_.nne.native_stride_two);
    const std::int64_t thin = native ? 1 : job_.stride_w;
    const std::int64_t columns = (width_ - 1) * thin + 1, rows = (height_ - 1) * thin + 1;
    const std::int64_t groups = up(rows, job_.interleave) * up(columns, 64 / job_.interleave);
    return kernels(0, superblock) * blocks_ * 3 * groups;
  }

  Pieces output(int superblock) const {
    const std::int64_t step = job_.pool_type == 0 ? 1 : job_.pool_stride;
    Window window{};
    window.x = x_ / step;
    window.y = y_ / step;
    window.width = std::min<std::int64_t>(up(width_, step), job_.output.width - window.x);
    window.height = std::min<std::int64_t>(up(height_, step), job_.output.height - window.y);
    Pieces pieces;
    for (int core = 0; core < chip_.nne.cores; ++core) {
      window.c = first_channel_of(core) + std::int64_t{superblock} * job_.kernels_per_core;
      window.channels = kernels(core, superblock);
      add_window(pieces, job_.output, window);
    }
    return pieces;
  }

  Step step(int superblock, bool first_tile) const {
    Step step{};
    const std::int64_t coded = coded_up_to(superblock), coded_bytes = coded_up_to(superblock + 1) - coded;
    const std::int64_t results = width_ * height_ * kernels_of_all(superblock);
    step.post_cycles = up(results, chip_.nne.output_lanes);
    step.output = output(superblock);
    const std::int64_t array = array_cycles(superblock),
                       decode = up(kernels(0, superblock) * blocks_ * 9, chip_.nne.decoder_weights_per_cycle);
    const std::int64_t half_buffer = std::int64_t{chip_.nne.coefficient_buffer_bytes} * chip_.nne.cores / 2;
    const std::int64_t fewest = std::min<std::int64_t>(4, job_.input.channels);
    const std::int64_t count = std::clamp<std::int64_t>(up(coded_bytes, half_buffer), fewest, 4096);
    for (std::int64_t i = 0; i < count; ++i) {
      Chunk chunk{};
      chunk.array_cycles = array * (i + 1) / count - array * i / count;
      chunk.decode_cycles = decode * (i + 1) / count - decode * i / count;
      const std::int64_t all = channels_read(superblock);
      const std::int64_t first = all * i / count, channels = all * (i + 1) / count - first;
      move_input(chunk, first, channels, superblock);
      const std::int64_t begin = coded + coded_bytes * i / count, end = coded + coded_bytes * (i + 1) / count;
      move_coefficients(chunk, begin, end - begin, first_tile);
      step.chunks.push_back(std::move(chunk));
    }
    return step;
  }

  // A depthwise kernel reads the channel its output channel belongs to; a core the channels of its kernels.
  std::int64_t channel_of(std::int64_t output) const {
    return output * job_.input.channels / job_.output.channels;
  }
  std::int64_t first_read(int core, int superblock) const {
    return channel_of(first_channel_of(core) + std::int64_t{superblock} * job_.kernels_per_core);
  }
  std::int64_t channels_read(int core, int superblock) const {
    const std::int64_t first = first_channel_of(core) + std::int64_t{superblock} * job_.kernels_per_core;
    const std::int64_t count = kernels(core, superblock);
    return count == 0 ? 0 : channel_of(first + count - 1) - channel_of(first) + 1;
  }
  std::int64_t channels_read(int superblock) const {
    if (!depthwise_) return job_.input.channels;
    std::int64_t sum = 0;
    for (int core = 0; core < chip_.nne.cores; ++core) sum += channels_read(core, superblock);
    return sum;
  }
  // Channel by channel in the order of the cores.
  void move_own_channels(Chunk& chunk, std::int64_t first, std::int64_t channels, int superblock) const {
    Window window = input_window();
    window.channels = 1;
    std::int64_t at = 0;
    for (int core = 0; core < chip_.nne.cores; ++core) {
      for (std::int64_t i = 0; i < channels_read(core, superblock); ++i, ++at) {
        if (at < first || at >= first + channels) continue;
        window.c = first_read(core, superblock) + i;
        add_window(chunk.input, job_.input, window);
      }
    }
    chunk.input = joined(chunk.input, static_cast<std::uint64_t>(chip_.axi.bytes_per_cycle));
  }

  void move_input(Chunk& chunk, std::int64_t first, std::int64_t channels, int superblock) const {
    Window window = input_window();
    const std::int64_t plane = window.width * window.height;
    const Piece cached{job_.image_cache + static_cast<std::uint64_t>(plane * first),
                       static_cast<std::uint64_t>(plane * channels)};
    if (depthwise_) return move_own_channels(chunk, first, channels, superblock);
    const bool has_cache = job_.image_cache_bytes > 0;
    if (has_cache && superblock > 0) {
      chunk.input = {cached};
      return;
    }
    window.c = first;
    window.channels = channels;
    add_window(chunk.input, job_.input, window);
    chunk.input = joined(chunk.input, static_cast<std::uint64_t>(chip_.axi.bytes_per_cycle));
    if (has_cache) chunk.image_cache = {cached};
  }

  void move_coefficients(Chunk& chunk, std::int64_t begin, std::int64_t bytes, bool first_tile) const {
    const auto at = [&](std::uint64_t base) {
      return Pieces{{base + static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(bytes)}};
    };
    const bool has_cache = job_.kernel_cache_bytes > 0;
    chunk.coefficients = at(has_cache && !first_tile ? job_.kernel_cache : job_.coefficients);
    if (has_cache && first_tile) chunk.kernel_cache = at(job_.kernel_cache);
  }

  const NneJob& job_;
  const Chip& chip_;
  bool depthwise_ = false;
  std::int64_t blocks_ = 0;
  std::int64_t x_ = 0, y_ = 0, width_ = 0, height_ = 0;  // of the tile
};

}  // namespace

Work work_of(const NneJob& job, const Chip& chip) { return Spelling(job, chip).run(); }

}  // namespace trireme::clocked
