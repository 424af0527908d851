// SPDX-License-Identifier: Apache-2.0
// What the units of one run share: the program, memory contents, the checker, the events, the records. Units
// talk to each other through events and memory only.
#pragma once

#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isa/network_binary.h"
#include "sim/kernel/cycle_time.h"
#include "sim/kernel/simulate_options.h"
#include "sim/memory/checker.h"
#include "sim/memory/image.h"

namespace trireme {

// Job events: set once, never cleared within a run.
class EventTable {
 public:
  explicit EventTable(std::size_t count);
  void signal(std::uint16_t id);
  bool is_set(std::uint16_t id) const { return set_[id]; }
  Cycle set_since(std::uint16_t id) const { return since_[id]; }  // if it is set
  void wait_for(std::uint16_t id);

 private:
  std::vector<bool> set_;
  std::vector<Cycle> since_;
  std::vector<std::unique_ptr<sc_core::sc_event>> changed_;
};

// Jobs handed to one engine by the front end, in command order.
struct EngineQueue {
  std::deque<std::uint32_t> jobs;
  sc_core::sc_event arrived;
};

struct JobTimes {
  bool started = false, finished = false;
  std::optional<Cycle> arrived;  // at its engine's queue
  Cycle start = 0, finish = 0;   // launch begins, result visible
};

struct RunContext {
  RunContext(const NetworkBinary& program, const Chip& target, const SimulateOptions& run_options);

  const NetworkBinary& binary;
  const Chip& chip;
  const SimulateOptions& options;
  MemoryImage memory;
  MemoryChecker checker;
  EventTable events;
  EngineQueue queues[kEngines];
  std::vector<JobTimes> job_times;
  std::vector<Traffic> layer_traffic;
  std::vector<std::uint64_t> layer_ppu_instructions;
  std::vector<std::uint32_t> jobs_of_engine;  // how many each engine will get
  std::size_t jobs_finished = 0;
  Timeline timeline;
  // Layer tensors, filled as jobs finish, with dump_layers; keyed so that they come out in layer order.
  std::map<std::pair<std::size_t, std::size_t>, GoldenTensor> layer_values;
  Cycle last_activity = 0;
  std::exception_ptr failure;  // an Error from inside a unit

  Cycle duration(Cycle cycles) const { return options.time ? cycles : 0; }
  std::string describe(std::uint32_t job) const;  // "NN job 2 (conv1_5)"
  void record(const std::string& unit, const std::string& name, Cycle start, Cycle finish,
              std::uint32_t layer, std::uint32_t value);
  void job_finished(std::uint32_t job);  // dumps layer tensors, counts, reports progress
  // Keeps the tensors of layers that have become complete: their own jobs have finished, and so have the
  // layers they read from, whose outputs may be parts of theirs.
  void dump_complete_layers();

 private:
  std::vector<std::uint32_t> jobs_left_;  // of each layer
  std::vector<bool> complete_;
  std::vector<std::vector<std::size_t>> sources_;
};

Tensor read_layer_tensor(const MemoryImage& memory, const LayerTensor& layer);
GoldenTensor golden_of(const LayerTensor& layer, Tensor tensor);

}  // namespace trireme
