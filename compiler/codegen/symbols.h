// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// One symbol a network input, then one a layer of the plan, in order. Jobs point at them by index.
std::vector<LayerSymbol> symbols_of(const Plan& plan);
std::uint16_t symbol_of_layer(const Plan& plan, std::size_t layer);

std::vector<IoTensor> io_tensors(const Plan& plan, const std::vector<ValueId>& values,
                                 const std::vector<std::string>& lids);

}  // namespace trireme
