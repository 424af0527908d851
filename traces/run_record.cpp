// SPDX-License-Identifier: Apache-2.0
#include "traces/run_record.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace trireme {

namespace {

std::uint32_t intern(std::vector<std::string>& texts, std::unordered_map<std::string, std::uint32_t>& index,
                     const std::string& text) {
  const auto [found, added] = index.try_emplace(text, static_cast<std::uint32_t>(texts.size()));
  if (added) texts.push_back(text);
  return found->second;
}

// Sorts the texts; the result maps an old position to the new one.
std::vector<std::uint32_t> sort_texts(std::vector<std::string>& texts,
                                      std::unordered_map<std::string, std::uint32_t>& index) {
  std::vector<std::uint32_t> old_at(texts.size());
  std::iota(old_at.begin(), old_at.end(), 0U);
  std::sort(old_at.begin(), old_at.end(),
            [&](std::uint32_t a, std::uint32_t b) { return texts[a] < texts[b]; });
  std::vector<std::string> sorted;
  std::vector<std::uint32_t> new_of(texts.size());
  for (std::uint32_t at = 0; at < old_at.size(); ++at) {
    new_of[old_at[at]] = at;
    index[texts[old_at[at]]] = at;
    sorted.push_back(texts[old_at[at]]);
  }
  texts = std::move(sorted);
  return new_of;
}

}  // namespace

const char* name_of(Cause cause) {
  static constexpr const char* names[kCauses] = {
      "compute",   "wait_coefficients", "wait_input", "wait_output",
      "wait_dram", "wait_engine",       "launch",     "idle"};
  return names[static_cast<std::size_t>(cause)];
}

std::uint64_t CauseCycles::total() const {
  return std::accumulate(cycles.begin(), cycles.end(), std::uint64_t{0});
}

CauseCycles& CauseCycles::operator+=(const CauseCycles& other) {
  for (std::size_t i = 0; i < cycles.size(); ++i) cycles[i] += other.cycles[i];
  return *this;
}

Traffic& Traffic::operator+=(const Traffic& other) {
  ddr_read += other.ddr_read;
  ddr_write += other.ddr_write;
  axi_read += other.axi_read;
  axi_write += other.axi_write;
  sram_read += other.sram_read;
  sram_write += other.sram_write;
  return *this;
}

double Profile::microseconds(std::uint64_t cycles) const {
  return clock_hz == 0 ? 0.0 : 1e6 * static_cast<double>(cycles) / static_cast<double>(clock_hz);
}

double Profile::total_microseconds() const {
  if (ramp_ps <= 0 || start_hz <= 0) return microseconds(total_cycles);
  const double ramp = 1e-6 * static_cast<double>(ramp_ps), cycles = static_cast<double>(total_cycles);
  const double slow = 1e-6 * static_cast<double>(start_hz) * ramp;  // cycles before the clock is up
  if (cycles <= slow) return 1e6 * cycles / static_cast<double>(start_hz);
  return clock_hz == 0 ? 0.0 : ramp + 1e6 * (cycles - slow) / static_cast<double>(clock_hz);
}

std::uint32_t Timeline::unit(const std::string& text) { return intern(units, unit_index, text); }

std::uint32_t Timeline::name(const std::string& text) { return intern(names, name_index, text); }

void Timeline::finish() {
  const auto new_unit = sort_texts(units, unit_index);
  const auto new_name = sort_texts(names, name_index);
  for (TimelineEvent& event : events) {
    event.unit = new_unit.at(event.unit);
    event.name = new_name.at(event.name);
  }
  // Of two events with the same start the longer one first: it is the outer one.
  const auto key = [](const TimelineEvent& e) {
    return std::make_tuple(e.unit, e.start_cycle, ~e.finish_cycle, e.layer, e.name, e.value);
  };
  std::sort(events.begin(), events.end(),
            [&](const TimelineEvent& a, const TimelineEvent& b) { return key(a) < key(b); });
}

}  // namespace trireme
