// SPDX-License-Identifier: Apache-2.0
// Good files of every kind, made here: what the corpus begins with.
#pragma once

#include <map>
#include <string>

#include "support/files.h"

namespace trireme {

std::map<std::string, Bytes> fuzz_seeds();  // "onnx/rich.onnx" -> content

}  // namespace trireme
