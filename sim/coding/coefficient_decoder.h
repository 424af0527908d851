// SPDX-License-Identifier: Apache-2.0
// The coefficient decoders: from the very bits in memory to weights (isa/coefficients.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/coefficients.h"
#include "isa/job.h"

namespace trireme {

// Weights of the job as codes, [output channel][flattened kernel], without the padding of the last blocks.
// Errors name `where`: a stream that ends early, a header that contradicts the job.
std::vector<std::int16_t> decode_nne_coefficients(const Bytes& stream, const NneJob& job, int cores,
                                                  const std::string& where);
// Weights of a fully connected TP job, [output][input].
std::vector<std::int16_t> decode_tp_coefficients(const Bytes& stream, const TpJob& job,
                                                 const std::string& where);

}  // namespace trireme
