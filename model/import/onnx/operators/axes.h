// SPDX-License-Identifier: Apache-2.0
// Inside operators/ only: axes and words of attributes. Complaints leave the node (NodeSkipped).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/import/onnx/node_reader.h"
#include "support/text.h"

namespace trireme {

// Negative axes count from the end.
std::int64_t axis_of(OnnxNode& node, std::int64_t axis, std::size_t rank);
std::vector<std::int64_t> distinct_axes(OnnxNode& node, std::vector<std::int64_t> axes, std::size_t rank);
std::vector<std::int64_t> every_axis(std::size_t rank);

// The meaning of a word; a complaint and the first one if it is none of them.
template <typename Meaning>
Meaning choice(OnnxNode& node, const char* attribute, const std::string& fallback,
               const std::vector<std::pair<std::string, Meaning>>& meanings) {
  const std::string word = node.text(attribute, fallback);
  std::vector<std::string> words;
  for (const auto& [name, meaning] : meanings) {
    if (name == word) return meaning;
    words.push_back(name);
  }
  node.unsupported("attribute '" + std::string(attribute) + "' is '" + word + "'",
                   "supported are " + join(words, ", "));
  return meanings[0].second;
}

}  // namespace trireme
