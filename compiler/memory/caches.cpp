// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/caches.h"

#include <algorithm>
#include <utility>

#include "timing/nne.h"

namespace trireme {

namespace {

constexpr std::int64_t kCacheUnit = 128, kImageRowUnit = 16;  // hardware.md §2.3

std::int64_t round_up(std::int64_t value, std::int64_t unit) { return ceil_div(value, unit) * unit; }

std::int64_t window_columns(const NneJob& job, std::int64_t width) {
  return (width - 1) * job.stride_w + span_w(job);
}

// The input window of one tile, all channels (§2.3, with the stride).
std::int64_t image_cache_bytes(const NneJob& job) {
  const std::int64_t columns = window_columns(job, job.tile_w);
  const std::int64_t rows = (job.tile_h - 1) * job.stride_h + span_h(job);
  return round_up(round_up(columns * rows, kImageRowUnit) * job.input.channels, kCacheUnit);
}

// A second tile reads the coefficients again.
bool gains_by_kernel_cache(const NneJob& job) {
  return tiles_of(job).size() > 1 && memory_of(job.coefficients) != Memory::vip_sram;
}

// Depthwise superblocks read channels of their own. The AXI-SRAM is as wide as the VIP-SRAM's copy would be.
bool may_cache_image(const NneJob& job) {
  return !is(job, NneOperation::depthwise) && memory_of(job.input.address) == Memory::dram;
}
bool gains_by_image_cache(const NneJob& job) { return job.superblocks > 1 && may_cache_image(job); }

std::int64_t kernel_cache_bytes(const NneJob& job) { return round_up(job.coefficient_bytes, kCacheUnit); }

struct CacheSizes {
  std::int64_t kernel, image;
};

NneJob with(NneJob job, const CacheSizes& sizes) {
  job.kernel_cache_bytes = static_cast<std::uint32_t>(sizes.kernel);
  job.image_cache_bytes = static_cast<std::uint32_t>(sizes.image);
  return job;
}

// What the job could have, the most first. A kernel cache it has stays.
std::vector<CacheSizes> possible(const NneJob& job) {
  const std::int64_t kept = job.kernel_cache_bytes;
  const std::int64_t kernel = kept == 0 && gains_by_kernel_cache(job) ? kernel_cache_bytes(job) : kept;
  const std::int64_t image = gains_by_image_cache(job) ? image_cache_bytes(job) : 0;
  std::vector<CacheSizes> choices = {{kernel, image}};
  if (image > 0) choices.push_back({kernel, 0});
  if (kernel != kept) choices.push_back({kept, image});
  if (image > 0 && kernel != kept) choices.push_back({kept, 0});
  return choices;
}

// The cheapest first; of equally cheap ones the one with more caches.
std::vector<CacheSizes> cheapest_first(const std::vector<CacheSizes>& choices, const NneJob& job,
                                       const Chip& chip) {
  if (choices.size() == 1) return choices;
  std::vector<std::pair<Cycle, CacheSizes>> priced;
  for (const CacheSizes& sizes : choices) priced.emplace_back(estimate(with(job, sizes), chip), sizes);
  std::stable_sort(priced.begin(), priced.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<CacheSizes> sorted;
  for (const auto& choice : priced) sorted.push_back(choice.second);
  return sorted;
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

struct Cacheable {
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
Cache take_meanwhile(Caching& caching, const Cacheable& cached, std::int64_t bytes, const char* what) {
  const std::string name = cached.name + " " + what;
  const Cache cache = take(caching, bytes, cached.meanwhile, name);
  return cache.bytes > 0 ? cache : take(caching, bytes, {cached.index, cached.index}, name);
}

// Filled while the array's job before runs, where the job would wait for memory.
void take_prefetched(Caching& caching, const Cacheable& cached) {
  NneJob& job = *cached.job;
  if (cached.before == cached.index || !gains_by_prefetch(job, caching.chip)) return;
  const Cache cache = take(caching, kernel_cache_bytes(job), cached.ahead, cached.name + " kernel cache");
  job.prefetch = cache.bytes > 0 ? 1 : 0;
  job.kernel_cache = cache.address;
  job.kernel_cache_bytes = cache.bytes;
}

// Both or what is wanted of them; if there is no room for all of it, nothing.
bool take_choice(Caching& caching, const Cacheable& cached, const CacheSizes& wanted) {
  NneJob& job = *cached.job;
  const Allocator before = caching.vip_sram;
  const std::size_t buffers = caching.plan.buffers.size();
  Cache kernel{job.kernel_cache, job.kernel_cache_bytes}, image;
  if (wanted.kernel != kernel.bytes) kernel = take_meanwhile(caching, cached, wanted.kernel, "kernel cache");
  if (wanted.image > 0) image = take_meanwhile(caching, cached, wanted.image, "image cache");
  if (kernel.bytes != wanted.kernel || image.bytes != wanted.image) {
    caching.vip_sram = before;
    caching.plan.buffers.resize(buffers);
    return false;
  }
  job.kernel_cache = kernel.address;
  job.image_cache = image.address;
  job = with(job, wanted);
  return true;
}

void take_caches(Caching& caching, const Cacheable& cached) {
  take_prefetched(caching, cached);
  for (const CacheSizes& choice : cheapest_first(possible(*cached.job), *cached.job, caching.chip)) {
    if (take_choice(caching, cached, choice)) return;
  }
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

int cached_rows(const NneJob& job, int width, std::uint64_t room) {
  if (!may_cache_image(job)) return 0;
  const std::int64_t bytes = static_cast<std::int64_t>(room) / kCacheUnit * kCacheUnit;
  const std::int64_t plane = bytes / job.input.channels / kImageRowUnit * kImageRowUnit;
  const std::int64_t rows = plane / window_columns(job, width) - span_h(job);
  return rows < 0 ? 0 : static_cast<int>(rows / job.stride_h + 1);
}

std::vector<CachePrice> cache_prices(const NneJob& job, const Chip& chip) {
  std::vector<CachePrice> prices;
  for (const CacheSizes& sizes : possible(job))
    prices.push_back({sizes.kernel, sizes.image, estimate(with(job, sizes), chip)});
  return prices;
}

const CachePrice& cheapest_within(const std::vector<CachePrice>& prices, std::uint64_t room) {
  const CachePrice* best = nullptr;
  for (const CachePrice& price : prices) {
    const bool none = &price == &prices.back();  // always possible
    if (!none && static_cast<std::uint64_t>(price.kernel + price.image) > room) continue;
    if (best == nullptr || price.cycles < best->cycles) best = &price;
  }
  return *best;
}

CachedJob with_caches(const NneJob& job, const Chip& chip, std::uint64_t room) {
  const std::vector<CachePrice> prices = cache_prices(job, chip);
  const CachePrice& best = cheapest_within(prices, room);
  return {with(job, {best.kernel, best.image}), best.cycles};
}

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
    const Cacheable cached{&job, jobs[i], before, {before, last}, {from, last}, name};
    take_caches(caching, cached);
  }
}

}  // namespace trireme
