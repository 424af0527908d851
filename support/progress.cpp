// SPDX-License-Identifier: Apache-2.0
#include "support/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace trireme {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto shortest_interval = std::chrono::milliseconds(100);  // 10 Hz: smooth for the eye, cheap for us
constexpr std::size_t bar_cells = 20;
constexpr std::size_t line_columns =
    79;  // a longer line would wrap, and a wrapped line cannot be overwritten

// RFC 8259 section 7. Layer names come from model files and may hold anything.
std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (code < 0x20 || code == 0x7F) {
      quoted += fmt::format("\\u{:04x}", code);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::clamp(seconds, 0.0, 3.6e6) + 0.5);
  const std::uint64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

// Control characters of a hostile layer name must not reach the terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }, '?');
  return text;
}

void write_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

struct Progress::State {
  ProgressMode mode = ProgressMode::none;
  std::string phase;
  std::uint64_t total = 0;
  Clock::time_point start, last_shown;
  bool shown = false;

  std::string json_line(std::uint64_t done, const std::string& layer, std::uint64_t cycle) const {
    return fmt::format("{{\"phase\":{},\"layer\":{},\"cycle\":{},\"done\":{},\"total\":{}}}\n",
                       json_string(phase), json_string(layer), cycle, done, total);
  }

  std::string bar_line(std::uint64_t done, const std::string& layer, std::uint64_t cycle) const {
    const double part =
        total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(part * bar_cells);
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    std::string line = fmt::format("{} [{:<{}}] {:3}%", phase, std::string(filled, '#'), bar_cells,
                                   static_cast<int>(part * 100));
    if (part > 0 && part < 1) line += fmt::format(" {} left", clock_time(elapsed * (1 - part) / part));
    if (!layer.empty()) line += " " + layer;
    if (cycle > 0) line += fmt::format(" cycle {}", cycle);
    return "\r" + printable(line.substr(0, line_columns)) + "\033[K";
  }
};

Progress::Progress(ProgressMode mode, std::string phase, std::uint64_t total) : state_(new State) {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string(terminal) == "dumb";  // cannot overwrite a line
  const bool silent = mode == ProgressMode::automatic && (dumb || ::isatty(STDERR_FILENO) == 0);
  state_->mode = silent ? ProgressMode::none : mode;
  state_->phase = std::move(phase);
  state_->total = total;
  state_->start = Clock::now();
}

Progress::~Progress() {
  if (state_->mode == ProgressMode::automatic && state_->shown) write_line("\r\033[K");
  delete state_;
}

void Progress::update(std::uint64_t done, const std::string& layer, std::uint64_t cycle) {
  if (state_->mode == ProgressMode::none) return;
  const auto now = Clock::now();
  // The last step is always shown: readers of the JSON lines wait for it.
  if (state_->shown && done < state_->total && now - state_->last_shown < shortest_interval) return;
  state_->shown = true;
  state_->last_shown = now;
  const bool json = state_->mode == ProgressMode::json;
  write_line(json ? state_->json_line(done, layer, cycle) : state_->bar_line(done, layer, cycle));
}

}  // namespace trireme
