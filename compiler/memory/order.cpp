// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/order.h"

#include <algorithm>
#include <optional>

#include "compiler/memory/memory.h"
#include "compiler/plan/accesses.h"

namespace trireme {

namespace {

using JobIndex = std::uint32_t;

// before[k][j]: job j has finished whenever job k starts.
class HappensBefore {
 public:
  explicit HappensBefore(std::size_t jobs) : before_(jobs, std::vector<bool>(jobs, false)) {}
  bool operator()(std::size_t j, std::size_t k) const { return before_[k][j]; }
  void add(std::size_t j, std::size_t k) {
    for (std::size_t i = 0; i < j; ++i) before_[k][i] = before_[k][i] || before_[j][i];
    before_[k][j] = true;
  }

 private:
  std::vector<std::vector<bool>> before_;
};

// Too many jobs to wait for, none of which follows from another: the later of two waits for the earlier one
// instead, which orders them as the list does. Jobs between them and the waiting one see the new order too.
void chain(std::vector<std::vector<JobIndex>>& waits, HappensBefore& before, std::size_t job) {
  std::vector<JobIndex>& mine = waits[job];
  std::sort(mine.begin(), mine.end());
  for (std::size_t i = 1; i < mine.size() && mine.size() > kMaxWaits;) {
    const JobIndex earlier = mine[i - 1], later = mine[i];
    if (waits[later].size() >= kMaxWaits) {
      ++i;
      continue;
    }
    waits[later].push_back(earlier);
    for (std::size_t k = later; k <= job; ++k) {
      if (k == later || before(later, k)) before.add(earlier, k);
    }
    mine.erase(mine.begin() + static_cast<std::ptrdiff_t>(i) - 1);
  }
  if (mine.size() > kMaxWaits) internal_error("a job waits for more jobs than its descriptor can name");
}

// Constants have no address before `memory`: nothing is written there.
std::vector<Access> placed_accesses(const Job& job) {
  std::vector<Access> accesses = accesses_of(job);
  accesses.erase(std::remove_if(accesses.begin(), accesses.end(),
                                [](const Access& access) { return access.begin < kDramBase; }),
                 accesses.end());
  return accesses;
}

// Coefficients that are fetched ahead are written while the array's job before runs; the two jobs follow each
// other anyway.
struct Prefetch {
  std::size_t job;  // whose coefficients they are
  std::vector<Access> accesses;
};

// By the job that runs meanwhile; without accesses if none are fetched.
std::vector<Prefetch> prefetches_of(const Plan& plan, const std::vector<JobPlace>& places) {
  std::vector<Prefetch> prefetches(places.size());
  std::optional<std::size_t> before;
  for (std::size_t k = 0; k < places.size(); ++k) {
    const auto* job = std::get_if<NneJob>(&job_at(plan, places[k]).job);
    if (job == nullptr) continue;
    if (job->prefetch != 0 && before)
      prefetches[*before] = {
          k, {{job->kernel_cache, std::uint64_t{job->kernel_cache} + job->kernel_cache_bytes, true}}};
    before = k;
  }
  return prefetches;
}

}  // namespace

void order_jobs(Plan& plan) {
  const std::vector<JobPlace> places = job_places(plan);
  std::vector<std::vector<Access>> accesses;
  for (const JobPlace& place : places) accesses.push_back(placed_accesses(job_at(plan, place).job));
  const std::vector<Prefetch> prefetches = prefetches_of(plan, places);
  const auto meet = [&](std::size_t j, std::size_t k) {
    if (conflict(accesses[j], accesses[k]) || conflict(accesses[j], prefetches[k].accesses)) return true;
    return prefetches[j].job != k && conflict(prefetches[j].accesses, accesses[k]);
  };
  HappensBefore before(places.size());
  std::vector<std::vector<JobIndex>> waits(places.size());
  for (std::size_t k = 0; k < places.size(); ++k) {
    // Latest first: what an earlier job is implied by has been added already, so nothing is added in vain.
    for (std::size_t j = k; j-- > 0;) {
      if (before(j, k) || !meet(j, k)) continue;
      waits[k].push_back(static_cast<JobIndex>(j));
      before.add(j, k);
    }
    if (waits[k].size() > kMaxWaits) chain(waits, before, k);
  }
  for (std::size_t k = 0; k < places.size(); ++k) {
    std::sort(waits[k].begin(), waits[k].end());
    job_at(plan, places[k]).waits = waits[k];
  }
}

}  // namespace trireme
