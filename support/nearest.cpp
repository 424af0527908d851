// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <numeric>

#include "support/text.h"

namespace trireme {

namespace {

// Longer words are no typing mistakes of ours; also bounds the work on hostile input.
constexpr std::size_t longest_word = 128;

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each
// (Boytsov, "Indexing methods for approximate dictionary searching", 2011, section 2.1).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > longest_word) return {};
  const std::string wanted = to_lower(word);
  std::string best;
  // One mistake in three letters: more is another word.
  std::size_t best_distance = (wanted.size() + 2) / 3 + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > longest_word) continue;
    const std::size_t distance = edit_distance(wanted, to_lower(candidate));
    // Replacing every letter turns any word into any other: "a" is no mistake for "x".
    if (distance >= best_distance || distance >= std::max(wanted.size(), candidate.size())) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  if (!near.empty()) return "did you mean '" + near + "'?";
  return candidates.empty() ? std::string() : "one of: " + join(candidates, ", ");
}

}  // namespace trireme
