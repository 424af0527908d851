// SPDX-License-Identifier: Apache-2.0
// Results of a network as text: the top-5 of the field's tools, JSON of tensors and quantization.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/graph/graph.h"
#include "traces/run_record.h"

namespace trireme {

using Json = nlohmann::ordered_json;

constexpr int kTopEntries = 5;

// As pegasus prints it (formats.md §6): "I Iter(0), top(5), tensor(@attach_prob/out0_0:out0) :" and "I 812:
// 0.999039".
std::string iteration_top_text(int iteration, const std::string& lid, const Tensor& real, int count);
// As the board programs print it (formats.md §7): " --- Top5 ---" and "  3: 0.998047".
std::string board_top_text(const Tensor& real, int count);
Json top_json(const Tensor& real, int count);

Json quantization_json(const Quantization& quantization);
// dtype, shapes (framework order and W first), quantization and SHA-256 of a golden file.
Json golden_json(const std::string& file, const GoldenTensor& golden);

std::string json_text(const Json& json);  // indented, ends with a newline, invalid UTF-8 replaced

// Real values of a stored tensor; floats are widened.
Tensor real_of(const Tensor& stored, const Quantization& quantization);

}  // namespace trireme
