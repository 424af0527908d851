// SPDX-License-Identifier: Apache-2.0
// What a command says: results on standard output, everything else on standard error, one line a message.
#pragma once

#include <string>

#include "support/error.h"

namespace trireme {

class Console {
 public:
  // `command`: "trireme import onnx". `json`: messages are objects, {"level":"warning","text":…}, one a line.
  explicit Console(std::string command, bool json = false);

  void print(const std::string& text) const;  // a result, as it is
  void note(const std::string& text) const;
  void warning(const std::string& text) const;
  void error(const Problem& problem) const;
  void flush() const;  // Error if standard output could not take everything

 private:
  void message(const char* kind, const char* colour, const std::string& text) const;
  std::string command_;
  bool json_, colour_;
};

// The command line is wrong in a way that the parser cannot see: exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(std::string what, std::string hint = {})
      : Error("", std::move(what), std::move(hint)) {}
};

}  // namespace trireme
