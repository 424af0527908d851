// SPDX-License-Identifier: Apache-2.0
// Inside recurrent*.cpp only: the programs of time step `i`. They read the state of one buffer and write it
// to the other.
#pragma once

#include "compiler/ppu_kernels/recurrent_step.h"

namespace trireme::recurrent {

using StepKernel = std::optional<PpuKernel> (*)(const Direction& d, std::int64_t i);

std::optional<PpuKernel> lstm_step(const Direction& d, std::int64_t i);
// The reset gate takes effect on the state's product; or, in two programs, on the state itself.
std::optional<PpuKernel> gru_step(const Direction& d, std::int64_t i);
std::optional<PpuKernel> gru_gates(const Direction& d, std::int64_t i);
std::optional<PpuKernel> gru_state(const Direction& d, std::int64_t i);
std::optional<PpuKernel> rnn_step(const Direction& d, std::int64_t i);

}  // namespace trireme::recurrent
