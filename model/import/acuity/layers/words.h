// SPDX-License-Identifier: Apache-2.0
// Inside layers/ only: attributes that are one of a few words.
#pragma once

#include <array>
#include <string>

#include "model/import/acuity/layer.h"

namespace trireme {

template <typename Enum, std::size_t n>
const char* word_of(const std::array<const char*, n>& words, Enum meaning) {
  return words[static_cast<std::size_t>(meaning)];
}

// The meaning is the word's place in the list; the first one, after a complaint, if it is none of them.
template <typename Enum, std::size_t n>
Enum meaning_of(LayerParameters& p, const char* key, const std::array<const char*, n>& words) {
  const std::string word = p.text(key, words[0]);
  std::string known;
  for (std::size_t i = 0; i < n; ++i) {
    if (word == words[i]) return static_cast<Enum>(i);
    known += (i == 0 ? "" : ", ") + std::string(words[i]);
  }
  p.complain(key, "is '" + word + "'", "one of " + known);
  return Enum{};
}

}  // namespace trireme
