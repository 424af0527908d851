// SPDX-License-Identifier: Apache-2.0
#include "support/error.h"

#include <utility>

namespace trireme {

std::string to_string(const Problem& problem) {
  std::string line;
  if (!problem.where.empty()) line = problem.where + ": ";
  line += problem.what;
  if (!problem.hint.empty()) line += " (" + problem.hint + ")";
  return line;
}

namespace {
std::string join(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_string(problem);
  }
  return text;
}
}  // namespace

Error::Error(std::string where, std::string what, std::string hint)
    : Error(std::vector<Problem>{{std::move(where), std::move(what), std::move(hint)}}) {}

Error::Error(std::vector<Problem> problems)
    : std::runtime_error(join(problems)), problems_(std::move(problems)) {}

void Problems::add(std::string where, std::string what, std::string hint) {
  problems_.push_back({std::move(where), std::move(what), std::move(hint)});
}

void Problems::add(const Error& error) {
  problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
}

void Problems::throw_if_any() const {
  if (!problems_.empty()) throw Error(problems_);
}

void internal_error(const std::string& what) {
  throw std::logic_error("internal error: " + what + " (a defect of Trireme, please report it)");
}

}  // namespace trireme
