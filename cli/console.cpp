// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace trireme {

namespace {

using Json = nlohmann::ordered_json;

// https://no-color.org: any non-empty value of NO_COLOR turns colour off.
bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string(terminal) == "dumb";
  return !dumb && isatty(STDERR_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace

Console::Console(std::string command, bool json)
    : command_(std::move(command)), json_(json), colour_(wants_colour()) {}

void Console::print(const std::string& text) const { std::fwrite(text.data(), 1, text.size(), stdout); }

void Console::note(const std::string& text) const { message("note", "\033[36m", text); }

void Console::warning(const std::string& text) const { message("warning", "\033[33m", text); }

void Console::error(const Problem& problem) const { message("error", "\033[31m", to_string(problem)); }

void Console::message(const char* kind, const char* colour, const std::string& text) const {
  std::fflush(stdout);  // keeps both streams in the order in which they were written
  const std::string shown = colour_ ? fmt::format("{}{}\033[0m", colour, kind) : std::string(kind);
  const Json object = {{"level", kind}, {"text", text}};
  const std::string line = json_ ? object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                                 : fmt::format("{}: {}: {}\n", command_, shown, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Console::flush() const {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error("standard output", "cannot be written to", "is the disk full or the reader gone?");
  }
}

}  // namespace trireme
