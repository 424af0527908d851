// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/caches.h"

#include "timing/nne.h"

namespace trireme {

namespace {

constexpr std::int64_t kCacheUnit = 128, kImageRowUnit = 16;  // hardware.md §2.3

std::int64_t round_up(std::int64_t value, std::int64_t unit) { return ceil_div(value, unit) * unit; }

// The input window of one tile, all channels (§2.3, with the stride).
std::int64_t image_cache_bytes(const NneJob& job) {
  const std::int64_t columns = (job.tile_w - 1) * job.stride_w + (job.kernel_w - 1) * job.dilation_w + 1;
  const std::int64_t rows = (job.tile_h - 1) * job.stride_h + (job.kernel_h - 1) * job.dilation_h + 1;
  return round_up(round_up(columns * rows, kImageRowUnit) * job.input.channels, kCacheUnit);
}

struct Cache {
  Address address = 0;
  std::uint32_t bytes = 0;
};

Cache take(Plan& plan, Allocator& vip_sram, std::int64_t bytes, std::uint32_t job, const std::string& name) {
  const auto address = vip_sram.take(static_cast<std::uint64_t>(bytes), job, job);
  if (!address) return {};
  const Cache cache{static_cast<Address>(*address), static_cast<std::uint32_t>(bytes)};
  plan.buffers.push_back({name, "cache", cache.address, cache.bytes, job, job});
  return cache;
}

}  // namespace

void place_caches(Plan& plan, Allocator& vip_sram) {
  const std::vector<JobPlace> places = job_places(plan);
  for (std::uint32_t index = 0; index < places.size(); ++index) {
    auto* job = std::get_if<NneJob>(&job_at(plan, places[index]).job);
    if (job == nullptr || job->header.operation == static_cast<std::uint8_t>(NneOperation::add)) continue;
    const std::string& name = plan.graph.nodes[plan.layers[places[index].layer].node].name;
    if (tiles_of(*job).size() > 1) {
      const Cache cache =
          take(plan, vip_sram, round_up(job->coefficient_bytes, kCacheUnit), index, name + " kernel cache");
      job->kernel_cache = cache.address;
      job->kernel_cache_bytes = cache.bytes;
    }
    // Depthwise superblocks read channels of their own.
    const bool depthwise = job->header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
    if (job->superblocks > 1 && !depthwise && memory_of(job->input.address) != Memory::vip_sram) {
      const Cache cache = take(plan, vip_sram, image_cache_bytes(*job), index, name + " image cache");
      job->image_cache = cache.address;
      job->image_cache_bytes = cache.bytes;
    }
  }
}

}  // namespace trireme
