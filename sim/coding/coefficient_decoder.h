// SPDX-License-Identifier: Apache-2.0
// The coefficient decoders: from the very bits in memory to weights (isa/coefficients.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme {

// Weights of the job as codes of 1 or 2 bytes (low byte first), [output channel][flattened kernel], without
// the padding of the last blocks. Errors name `where`: a stream that is too short or too long, a header that
// contradicts the job or the chip.
std::vector<std::uint8_t> decode_nne_coefficients(const Bytes& stream, const NneJob& job,
                                                  const NneConfig& nne, const std::string& where);
// Weights of a fully connected TP job, [output][input].
std::vector<std::uint8_t> decode_tp_coefficients(const Bytes& stream, const TpJob& job,
                                                 const std::string& where);

}  // namespace trireme
