// SPDX-License-Identifier: Apache-2.0
#include "compiler/fuse/share_buffers.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace trireme {

namespace {

// `bytes` bytes of one value, copied in one go to a part of another. Places are in the values' buffers.
struct Run {
  ValueId from, to;  // the values whose buffers these are
  std::int64_t source, target, bytes;
  bool stays;  // the value that is copied is part of a split
};

// Buffers as they are known so far, by the value that stands for each.
class Homes {
 public:
  Homes(Plan& plan, bool split_into_concat)
      : plan_(plan),
        split_into_concat_(split_into_concat),
        of_host_(plan.graph.values.size()),
        stays_(plan.graph.values.size()) {
    for (ValueId id = 0; id < plan.graph.values.size(); ++id) plan.homes.push_back({id, 0});
    for (const ValueId id : plan.graph.inputs) of_host_[id] = true;
    for (const ValueId id : plan.graph.outputs) of_host_[id] = true;
    // What is an output under another shape, too.
    for (std::size_t i = plan.layers.size(); i-- > 0;) {
      const PlannedLayer& layer = plan.layers[i];
      if (layer.jobs.empty() && of_host_[layer.output]) of_host_[layer.input] = true;
    }
  }

  const ValueHome& of(ValueId id) const { return plan_.homes[id]; }
  std::int64_t bytes(ValueId buffer) const {
    const Value& value = plan_.graph.values[buffer];
    return element_count(value.shape) * bytes_of(value.quantization.dtype);
  }
  // The host reads or writes it.
  bool of_host(ValueId buffer) const { return of_host_[buffer]; }
  // A split or slice has cut it out of another value, with which no concat may take it.
  bool stays(ValueId id) const { return stays_[id]; }
  // All that lies in the buffer `inner` lies in `outer` from now on, `offset` bytes behind its beginning.
  void move(ValueId inner, ValueId outer, std::int64_t offset) {
    for (ValueHome& home : plan_.homes) {
      if (home.buffer == inner)
        home = {outer, static_cast<std::uint32_t>(static_cast<std::int64_t>(home.offset) + offset)};
    }
    if (of_host_[inner]) of_host_[outer] = true;
  }
  // The same for a buffer that is cut out of `outer`.
  void cut(ValueId inner, ValueId outer, std::int64_t offset) {
    for (std::size_t id = 0; id < stays_.size(); ++id) {
      if (plan_.homes[id].buffer == inner) stays_[id] = !split_into_concat_;
    }
    move(inner, outer, offset);
  }
  // `output` is `input` under another shape.
  void pass_on(ValueId input, ValueId output) {
    const ValueHome home = of(input);
    move(output, home.buffer, home.offset);
    stays_[output] = stays_[input];
  }

 private:
  Plan& plan_;
  bool split_into_concat_;
  std::vector<bool> of_host_;  // of buffers
  std::vector<bool> stays_;    // of values
};

const AddressLink* link_of(const PlannedJob& planned, std::size_t view) {
  const auto found = std::find_if(planned.links.begin(), planned.links.end(), [&](const AddressLink& link) {
    return link.field == view + offsetof(TensorView, address) && link.storage.kind == StorageRef::Kind::value;
  });
  return found == planned.links.end() ? nullptr : &*found;
}

// Nothing unless the job copies neighbouring bytes to neighbouring bytes, from a value to a value.
std::optional<Run> run_of(const PlannedJob& planned, const Homes& homes) {
  const auto* job = std::get_if<TpJob>(&planned.job);
  if (job == nullptr || !is(*job, TpOperation::reshuffle) || job->fills != 0) return std::nullopt;
  std::int64_t bytes = job->element_bytes;
  for (std::size_t i = kCopyDimensions; i-- > 0;) {
    const CopyDimension& d = job->dimensions[i];
    if (d.count == 1) continue;
    if (d.input_stride != bytes || d.output_stride != bytes) return std::nullopt;
    bytes *= d.count;
  }
  const AddressLink *in = link_of(planned, offsetof(TpJob, input)),
                    *out = link_of(planned, offsetof(TpJob, output));
  if (in == nullptr || out == nullptr) return std::nullopt;
  const ValueHome &source = homes.of(in->storage.index), &target = homes.of(out->storage.index);
  return Run{source.buffer,
             target.buffer,
             std::int64_t{source.offset} + in->offset,
             std::int64_t{target.offset} + out->offset,
             bytes,
             homes.stays(in->storage.index)};
}

bool is_fill(const PlannedJob& planned) {
  const auto* job = std::get_if<TpJob>(&planned.job);
  return job != nullptr && job->fills != 0;
}

// Two buffers that runs of one layer connect at one distance; each byte at most once.
struct Connection {
  ValueId from, to;
  std::int64_t distance;  // target - source
  std::int64_t bytes;     // of all runs
  bool stays;             // the source of any of them does
};

// The smaller buffer can lie inside the other one if the runs cover all of it: then no byte has two meanings.
// What the host reads or writes keeps a buffer of its own, as it may have been promised one.
bool unite(Homes& homes, const Connection& c) {
  const std::int64_t from = homes.bytes(c.from), to = homes.bytes(c.to);
  if (c.bytes == from && c.distance >= 0 && c.distance + from <= to && !homes.of_host(c.from)) {
    homes.move(c.from, c.to, c.distance);
    return true;
  }
  if (c.bytes == to && c.distance <= 0 && to - c.distance <= from && !homes.of_host(c.to)) {
    homes.cut(c.to, c.from, -c.distance);
    return true;
  }
  return false;
}

Connection connection_of(const std::vector<std::optional<Run>>& runs, const Run& first) {
  Connection c{first.from, first.to, first.target - first.source, 0, false};
  for (const std::optional<Run>& run : runs) {
    if (!run || run->from != c.from || run->to != c.to || run->target - run->source != c.distance) continue;
    c.bytes += run->bytes;
    c.stays = c.stays || run->stays;
  }
  return c;
}

// Whether a part of a split would have to lie, with its whole, in a buffer where other things lie, too.
bool joins_split(const std::vector<std::optional<Run>>& runs, const Homes& homes) {
  return std::any_of(runs.begin(), runs.end(), [&](const std::optional<Run>& run) {
    if (!run || run->from == run->to) return false;
    const Connection c = connection_of(runs, *run);
    return c.stays && c.bytes < homes.bytes(c.to);
  });
}

std::vector<std::optional<Run>> runs_of(const PlannedLayer& layer, const Homes& homes) {
  std::vector<std::optional<Run>> runs;
  for (const PlannedJob& planned : layer.jobs) runs.push_back(run_of(planned, homes));
  return runs;
}

bool in_place(const Run& run) { return run.from == run.to && run.source == run.target; }

void remove_moves(PlannedLayer& layer, Homes& homes) {
  // What is filled first and written over afterwards has bytes with two meanings.
  if (std::any_of(layer.jobs.begin(), layer.jobs.end(), is_fill)) return;
  std::vector<std::optional<Run>> runs = runs_of(layer, homes);
  // A concat that has to copy one of its inputs copies all of them (docs/timing.md, YOLOv8).
  if (joins_split(runs, homes)) {
    layer.reason += "; all copied, as a part of a split is among them (compiler.split_into_concat)";
    return;
  }
  for (std::size_t i = 0; i < layer.jobs.size(); ++i) {
    const bool apart = runs[i] && runs[i]->from != runs[i]->to;
    if (apart && unite(homes, connection_of(runs, *runs[i]))) runs = runs_of(layer, homes);
  }
  const std::size_t before = layer.jobs.size();
  layer.jobs.erase(std::remove_if(layer.jobs.begin(), layer.jobs.end(),
                                  [&](const PlannedJob& planned) {
                                    const std::optional<Run> run = run_of(planned, homes);
                                    return run && in_place(*run);
                                  }),
                   layer.jobs.end());
  if (layer.jobs.empty() && before > 0) {
    layer.reason = "the same bytes: parts of one buffer";
  } else if (layer.jobs.size() < before) {
    layer.reason += "; the others are parts of one buffer";
  }
}

}  // namespace

void share_buffers(Plan& plan, bool moves, bool split_into_concat) {
  plan.homes.clear();
  Homes homes(plan, split_into_concat);
  for (PlannedLayer& layer : plan.layers) {
    if (layer.jobs.empty()) {
      if (homes.bytes(layer.output) > 0) homes.pass_on(layer.input, layer.output);
    } else if (moves) {
      remove_moves(layer, homes);
    }
  }
}

}  // namespace trireme
