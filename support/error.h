// SPDX-License-Identifier: Apache-2.0
// The one exception type of the project. A problem says what is wrong, where (file:line, node, option),
// and what to do about it; where several can be found at once they are collected and thrown together.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace trireme {

struct Problem {
  std::string where;  // "lenet.onnx: node 'conv1'", "chips/a.yaml:12: key 'nne.cores'"; may be empty
  std::string what;   // one sentence, names the value found
  std::string hint;   // what to do or what is allowed; may be empty
};

// One problem as a single line: "where: what (hint)".
std::string to_string(const Problem& problem);

class Error : public std::runtime_error {
 public:
  Error(std::string where, std::string what, std::string hint = {});
  explicit Error(std::vector<Problem> problems);  // at least one
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// Collects problems so that a user sees all of them in one run.
class Problems {
 public:
  void add(std::string where, std::string what, std::string hint = {});
  void add(const Error& error);  // takes over all problems of a caught error
  bool empty() const { return problems_.empty(); }
  const std::vector<Problem>& list() const { return problems_; }
  void throw_if_any() const;

 private:
  std::vector<Problem> problems_;
};

// A broken invariant of our own code: stays on in release builds; thrown as std::logic_error, exit code 70.
[[noreturn]] void internal_error(const std::string& what);

}  // namespace trireme
