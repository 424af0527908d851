// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/preload.h"

#include <algorithm>
#include <cstddef>

#include "timing/nne.h"

namespace trireme {

namespace {

// The constants of one job and what it saves if they are near.
struct Candidate {
  std::vector<std::uint32_t> constants;
  std::uint64_t bytes = 0;
  Cycle saved = 0;
};

Candidate candidate_of(const Plan& plan, const PlannedJob& planned, const Chip& chip) {
  Candidate candidate;
  NneJob job = std::get<NneJob>(planned.job);
  for (const AddressLink& link : planned.links) {
    if (link.storage.kind != StorageRef::Kind::constant) continue;
    candidate.constants.push_back(link.storage.index);
    candidate.bytes += plan.constants[link.storage.index].bytes.size();
  }
  job.coefficients = 0;
  const Cycle from_dram = estimate(job, chip);
  job.coefficients = kAxiSramBase;
  candidate.saved = from_dram - std::min(from_dram, estimate(job, chip));
  return candidate;
}

// Cycles a byte, compared without division; smaller ones of equal use.
bool pays_more(const Candidate& a, const Candidate& b) {
  const std::uint64_t left = a.saved * b.bytes, right = b.saved * a.bytes;
  return left != right ? left > right : a.bytes < b.bytes;
}

}  // namespace

void preload_coefficients(Plan& plan, const Chip& chip, Allocator& axi_sram, std::uint32_t last_job) {
  std::vector<Candidate> candidates;
  for (const PlannedLayer& layer : plan.layers) {
    for (const PlannedJob& planned : layer.jobs) {
      // The kernels of a product are a map.
      const auto* job = std::get_if<NneJob>(&planned.job);
      if (job != nullptr && !is(*job, NneOperation::matmul))
        candidates.push_back(candidate_of(plan, planned, chip));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), pays_more);
  for (const Candidate& candidate : candidates) {
    for (const std::uint32_t index : candidate.constants) {
      ConstantData& constant = plan.constants[index];
      if (constant.address != 0) continue;  // of an earlier job too
      if (const auto address = axi_sram.take(constant.bytes.size(), 0, last_job))
        constant.address = static_cast<Address>(*address);
    }
  }
}

}  // namespace trireme
