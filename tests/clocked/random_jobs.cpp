// SPDX-License-Identifier: Apache-2.0
#include "tests/clocked/random_jobs.h"

#include <algorithm>
#include <random>

#include "tests/sim/program_builder.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme::clocked {

namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int up_to(int most) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(most)) + 1; }
  int between(int least, int most) { return least - 1 + up_to(most - least + 1); }
  bool one_in(int n) { return up_to(n) == 1; }
  template <typename T, std::size_t count>
  T one_of(const T (&values)[count]) {
    return values[static_cast<std::size_t>(up_to(static_cast<int>(count))) - 1];
  }

 private:
  std::mt19937_64 engine_;
};

int up(int a, int b) { return (a + b - 1) / b; }

Chip random_chip(Dice& dice) {
  Chip chip = test_chip();
  chip.nne.cores = dice.between(1, 6);
  chip.nne.output_lanes = dice.one_of({1, 8, 16});
  chip.nne.decoder_weights_per_cycle = dice.one_of({1, 2, 4});
  chip.nne.coefficient_buffer_bytes = dice.one_of({64, 256, 4096});
  chip.nne.job_start_cycles = dice.up_to(50);
  chip.nne.native_stride_two = dice.one_in(2);
  chip.vip_sram.bytes_per_cycle = dice.one_of({4, 16, 32});
  chip.vip_sram.latency_cycles = dice.between(0, 12);
  chip.axi.max_outstanding = dice.one_of({1, 4, 64});
  chip.axi.burst_bytes = dice.one_of({64, 256});
  chip.dram.address_cycles = dice.one_of({1, 2, 15});
  chip.dram.queue_bursts = dice.one_of({1, 4, 16});
  chip.dram.bus_bytes = dice.one_of({2, 4, 16});
  chip.dram.trefi_ps = 1'000'000'000'000;  // never
  chip.dram.path_latency_ps = 1000 * dice.up_to(100);
  chip.dram.trcd_ps = 1000 * dice.up_to(20);
  chip.dram.trp_ps = 1000 * dice.up_to(20);
  chip.dram.tcl_ps = 1000 * dice.up_to(20);
  chip.dram.tras_ps = chip.dram.trcd_ps + 1000 * dice.up_to(20);
  return chip;
}

// Where maps and streams lie: anywhere in either memory, apart from each other.
struct Places {
  Address sram = kVipSramBase + 2048, dram = 0x100000;
  Address take(Dice& dice, bool on_chip, std::uint32_t bytes) {
    Address& next = on_chip ? sram : dram;
    const Address taken = next + 64U * static_cast<Address>(dice.up_to(8));
    next = taken + (bytes + 63U) / 64U * 64U;
    return taken;
  }
};

std::uint32_t plane_bytes(const TensorView& view) { return view.plane_stride * view.channels; }

// A view into a wider map now and then: rows that do not touch.
TensorView random_view(Dice& dice, Places& places, int width, int height, int channels) {
  TensorView view = packed_view(0, width, height, channels);
  if (dice.one_in(3)) {
    view.row_stride += static_cast<std::uint32_t>(dice.up_to(30));
    view.plane_stride = view.row_stride * static_cast<std::uint32_t>(height);
  }
  view.address = places.take(dice, dice.one_in(2), plane_bytes(view));
  return view;
}

void add_caches(Dice& dice, Places& places, NneJob& job, int tiles) {
  if (tiles > 1 && dice.one_in(2)) {
    job.kernel_cache_bytes = job.coefficient_bytes;
    job.kernel_cache = places.take(dice, true, job.kernel_cache_bytes);
  }
  if (job.superblocks > 1 && job.input.address < kVipSramBase && dice.one_in(2)) {
    job.image_cache_bytes = plane_bytes(job.input);
    job.image_cache = places.take(dice, true, job.image_cache_bytes);
  }
}

}  // namespace

Case random_case(std::uint64_t seed) {
  Dice dice(seed);
  Case drawn{random_chip(dice), {}};
  NneJob& job = drawn.job;
  Places places;
  // 1. The layer.
  const bool depthwise = dice.one_in(4), pools = dice.one_in(4);
  const int channels = dice.up_to(24), kernels = depthwise ? channels : dice.up_to(24);
  const int kernel = dice.one_of({1, 3, 3, 5}), stride = dice.one_in(4) ? 2 : 1;
  const int width = dice.between(4, 40), height = dice.between(4, 24), pad = kernel / 2;
  job.header = job_header(
      Engine::nne, static_cast<int>(depthwise ? NneOperation::depthwise : NneOperation::convolution), 0);
  job.conv_width = static_cast<std::uint16_t>((width + 2 * pad - kernel) / stride + 1);
  job.conv_height = static_cast<std::uint16_t>((height + 2 * pad - kernel) / stride + 1);
  job.kernel_w = job.kernel_h = static_cast<std::uint8_t>(kernel);
  job.stride_w = job.stride_h = static_cast<std::uint8_t>(stride);
  job.dilation_w = job.dilation_h = 1;
  job.pad_left = job.pad_top = static_cast<std::int8_t>(pad);
  job.groups = static_cast<std::uint16_t>(depthwise ? channels : 1);
  job.weight_dtype = kU8;
  job.pool_type = pools ? 1 : 0;
  job.pool_kernel = job.pool_stride = pools ? 2 : 0;
  // 2. Tiles and superblocks; tiles are cut between pooling windows.
  const int step = pools ? 2 : 1;
  job.interleave = static_cast<std::uint8_t>(dice.one_of({1, 2, 4}));
  job.tile_w = static_cast<std::uint16_t>(step * dice.up_to(std::max(1, job.conv_width / step)));
  job.tile_h = static_cast<std::uint16_t>(step * dice.up_to(std::max(1, job.conv_height / step)));
  const int of_core = up(kernels, drawn.chip.nne.cores);
  job.kernels_per_core = static_cast<std::uint16_t>(dice.up_to(of_core));
  job.superblocks = static_cast<std::uint16_t>(up(of_core, job.kernels_per_core));
  // 3. Addresses.
  job.input = random_view(dice, places, width, height, channels);
  job.output = random_view(dice, places, pools ? up(job.conv_width, 2) : job.conv_width,
                           pools ? up(job.conv_height, 2) : job.conv_height, kernels);
  job.coefficient_bytes = static_cast<std::uint32_t>(dice.between(64, 6000));
  job.coefficients = places.take(dice, dice.one_in(4), job.coefficient_bytes);
  job.bias = places.take(dice, false, 4U * job.output.channels);
  add_caches(dice, places, job, up(job.conv_width, job.tile_w) * up(job.conv_height, job.tile_h));
  return drawn;
}

}  // namespace trireme::clocked
