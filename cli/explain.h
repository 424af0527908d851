// SPDX-License-Identifier: Apache-2.0
// `compile --explain` as a table for people and as JSON for scripts.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/explanation.h"

namespace trireme {

std::string explanation_table(const Explanation& explanation);
std::string explanation_json(const Explanation& explanation);

}  // namespace trireme
