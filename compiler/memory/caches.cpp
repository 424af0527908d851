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

struct Caching {
  Plan& plan;
  const Chip& chip;
  Allocator& vip_sram;
};

// Whether the job waits less for memory if its coefficients are there already.
bool gains_by_prefetch(NneJob job, const Chip& chip) {
  if (!chip.nne.kernel_streaming || is(job, NneOperation::matmul)) return false;
  if (memory_of(job.coefficients) == Memory::vip_sram) return false;
  const Cycle fetched = estimate(job, chip);
  job.coefficients = kVipSramBase;
  return estimate(job, chip) < fetched;
}

struct Span {  // of the command stream, both jobs included
  std::uint32_t first, last;
};

struct CachedJob {
  NneJob* job;
  std::uint32_t index,
      before;  // in the command stream: this job, and the array's job before it, itself if there is none
  // From its own first use to the array's next job, and from the job before the one before: other engines'
  // jobs in there may run at the same time, and would have to wait if they used the cache's bytes for
  // something else.
  Span meanwhile, ahead;
  std::string name;
};

Cache take(Caching& caching, std::int64_t bytes, const Span& span, const std::string& name) {
  const auto address = caching.vip_sram.take(static_cast<std::uint64_t>(bytes), span.first, span.last);
  if (!address) return {};
  const Cache cache{static_cast<Address>(*address), static_cast<std::uint32_t>(bytes)};
  caching.plan.buffers.push_back({name, "cache", cache.address, cache.bytes, span.first, span.last});
  return cache;
}

// Better one that others have to wait for than none.
Cache take_meanwhile(Caching& caching, const CachedJob& cached, std::int64_t bytes, const char* what) {
  const std::string name = cached.name + " " + what;
  const Cache cache = take(caching, bytes, cached.meanwhile, name);
  return cache.bytes > 0 ? cache : take(caching, bytes, {cached.index, cached.index}, name);
}

// Filled while the array's job before runs, where the job would wait for memory; else by the job itself,
// where a second tile reads it.
void take_kernel_cache(Caching& caching, const CachedJob& cached) {
  NneJob& job = *cached.job;
  const std::int64_t bytes = round_up(job.coefficient_bytes, kCacheUnit);
  Cache cache;
  if (cached.before != cached.index && gains_by_prefetch(job, caching.chip))
    cache = take(caching, bytes, cached.ahead, cached.name + " kernel cache");
  job.prefetch = cache.bytes > 0 ? 1 : 0;
  const bool again = tiles_of(job).size() > 1 && memory_of(job.coefficients) != Memory::vip_sram;
  if (cache.bytes == 0 && again) cache = take_meanwhile(caching, cached, bytes, "kernel cache");
  job.kernel_cache = cache.address;
  job.kernel_cache_bytes = cache.bytes;
}

// Depthwise superblocks read channels of their own. The AXI-SRAM is as wide as the VIP-SRAM's copy would be.
void take_image_cache(Caching& caching, const CachedJob& cached) {
  NneJob& job = *cached.job;
  const bool again = job.superblocks > 1 && !is(job, NneOperation::depthwise);
  if (!again || memory_of(job.input.address) != Memory::dram) return;
  const Cache cache = take_meanwhile(caching, cached, image_cache_bytes(job), "image cache");
  job.image_cache = cache.address;
  job.image_cache_bytes = cache.bytes;
}

// The array's jobs, additions included, by their place in the command stream.
std::vector<std::uint32_t> array_jobs(Plan& plan, const std::vector<JobPlace>& places) {
  std::vector<std::uint32_t> jobs;
  for (std::uint32_t index = 0; index < places.size(); ++index) {
    if (std::holds_alternative<NneJob>(job_at(plan, places[index]).job)) jobs.push_back(index);
  }
  return jobs;
}

}  // namespace

void place_caches(Plan& plan, const Chip& chip, Allocator& vip_sram) {
  Caching caching{plan, chip, vip_sram};
  const std::vector<JobPlace> places = job_places(plan);
  const std::vector<std::uint32_t> jobs = array_jobs(plan, places);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& job = std::get<NneJob>(job_at(plan, places[jobs[i]]).job);
    if (is(job, NneOperation::add)) continue;
    const std::uint32_t before = i > 0 ? jobs[i - 1] : jobs[i], from = i > 1 ? jobs[i - 2] : 0;
    const auto last = static_cast<std::uint32_t>(i + 1 < jobs.size() ? jobs[i + 1] - 1 : places.size() - 1);
    const std::string& name = plan.graph.nodes[plan.layers[places[jobs[i]].layer].node].name;
    const CachedJob cached{&job, jobs[i], before, {before, last}, {from, last}, name};
    take_kernel_cache(caching, cached);
    take_image_cache(caching, cached);
  }
}

}  // namespace trireme
