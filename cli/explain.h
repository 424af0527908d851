// SPDX-License-Identifier: Apache-2.0
// `compile --explain` as a table for people and as JSON for scripts.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/explanation.h"

namespace trireme {

std::string explanation_table(const std::vector<ExplainedLayer>& layers);
std::string explanation_json(const std::vector<ExplainedLayer>& layers);

}  // namespace trireme
