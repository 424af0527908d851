// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/chain.h"

#include <algorithm>
#include <cstddef>

#include "compiler/band/rows.h"
#include "compiler/plan/views.h"
#include "compiler/tile/pointwise.h"

namespace trireme {

namespace {

// Packed planes of one image, from the first byte of the value on.
bool sees_whole_value(const TensorView& view, const Value& value, const AddressLink& link) {
  const Shape& shape = value.shape;
  if (shape.size() != 4 || shape[0] != 1 || link.offset != 0) return false;
  const std::int64_t row = shape[3] * bytes_of(value.quantization.dtype);
  return view.channels == shape[1] && view.height == shape[2] && view.width == shape[3] &&
         view.row_stride == row && view.plane_stride == row * shape[2];
}

// The phases that the layer's first jobs make of an image (compiler/place/space_to_depth.h).
bool sees_all_phases(const TensorView& view, const Scratch& scratch, const AddressLink& link) {
  return link.offset == 0 && bytes_spanned(view) == scratch.bytes;
}

// A layer's job on maps, its rows theirs, whatever tile/ sees them as.
Job in_rows(const Plan& plan, const PlannedLayer& layer) {
  Job job = layer.jobs.back().job;
  const Shape& shape = plan.graph.values[layer.output].shape;
  auto* nne = std::get_if<NneJob>(&job);
  if (nne != nullptr && shape.size() == 4 && is_pointwise(*nne)) set_width(*nne, static_cast<int>(shape[3]));
  return job;
}

bool on_whole_images(const Plan& plan, const PlannedLayer& layer, std::size_t maps) {
  const PlannedJob& planned = layer.jobs.back();
  const Job job = in_rows(plan, layer);
  const auto whole = [&](const AddressLink& link) {
    const TensorView* view = view_at(job, link.field);
    if (view == nullptr || link.storage.kind == StorageRef::Kind::constant) return false;
    if (link.storage.kind == StorageRef::Kind::scratch)
      return sees_all_phases(*view, plan.scratch[link.storage.index], link);
    return sees_whole_value(*view, plan.graph.values[link.storage.index], link);
  };
  return planned.links.size() == maps && std::all_of(planned.links.begin(), planned.links.end(), whole);
}

// Dense layers and transposed convolutions compute other maps than they store.
bool can_be_banded(const std::string& op, const NneJob& job) {
  return op == "convolution" || is(job, NneOperation::add);
}

// Pools, except where padding counts: a window there must know how far the whole map's reaches. Not tables:
// measured networks pay for theirs what a pass over the whole map takes (docs/timing.md, "What came out").
bool can_be_banded(const TpJob& job) {
  return is(job, TpOperation::max_pool) || (is(job, TpOperation::avg_pool) && job.count_include_pad == 0);
}

bool can_be_banded(const Plan& plan, const PlannedLayer& layer) {
  const auto of_tp = [](const PlannedJob& job) { return std::holds_alternative<TpJob>(job.job); };
  if (layer.jobs.empty() || !layer.parts.empty()) return false;
  if (!std::all_of(layer.jobs.begin(), layer.jobs.end() - 1, of_tp)) return false;
  const PlannedJob& planned = layer.jobs.back();
  if (const auto* tp = std::get_if<TpJob>(&planned.job))
    return can_be_banded(*tp) && on_whole_images(plan, layer, 2);
  const auto* nne = std::get_if<NneJob>(&planned.job);
  return nne != nullptr && can_be_banded(plan.graph.nodes[layer.node].op, *nne) &&
         on_whole_images(plan, layer, is(*nne, NneOperation::add) ? 3 : 2);
}

// Its first jobs make the phases that its last one reads, once for all bands.
bool only_begins(const PlannedLayer& layer) { return layer.jobs.size() > 1; }

// How often values are read, and which layer reads them by its main node.
struct Readers {
  std::vector<std::size_t> uses;
  std::vector<std::size_t> layer;  // the last one; Plan::layers.size(): none
};

Readers readers_of(const Plan& plan) {
  Readers readers{std::vector<std::size_t>(plan.graph.values.size(), 0),
                  std::vector<std::size_t>(plan.graph.values.size(), plan.layers.size())};
  for (const Node& node : plan.graph.nodes) {
    for (const ValueId input : node.inputs) {
      if (input != kNone) ++readers.uses[input];
    }
  }
  for (const ValueId output : plan.graph.outputs) ++readers.uses[output];
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    for (const ValueId input : plan.graph.nodes[plan.layers[i].node].inputs) {
      if (input != kNone) readers.layer[input] = i;
    }
  }
  return readers;
}

// Values whose buffer is theirs alone.
std::vector<bool> alone_in_buffer(const Plan& plan) {
  std::vector<int> values(plan.graph.values.size(), 0);
  for (const ValueHome& home : plan.homes) ++values[home.buffer];
  std::vector<bool> alone(values.size());
  for (ValueId id = 0; id < alone.size(); ++id) alone[id] = plan.homes[id].buffer == id && values[id] == 1;
  return alone;
}

bool reads_as_second(const PlannedJob& planned, ValueId value) {
  return std::any_of(planned.links.begin(), planned.links.end(), [&](const AddressLink& link) {
    return link.field == address_field(offsetof(NneJob, input2)) && link.storage.index == value;
  });
}

}  // namespace

const TensorView* view_at(const Job& job, std::uint16_t field) {
  const auto* nne = std::get_if<NneJob>(&job);
  if (field == address_field(offsetof(NneJob, input))) return &input_of(job);
  if (field == address_field(offsetof(NneJob, output))) return &output_of(job);
  return nne != nullptr && field == address_field(offsetof(NneJob, input2)) ? &nne->input2 : nullptr;
}

Job job_of(const Plan& plan, const ChainLayer& layer) { return in_rows(plan, plan.layers[layer.layer]); }

std::vector<std::vector<ChainLayer>> chains_of(const Plan& plan) {
  const Readers readers = readers_of(plan);
  const std::vector<bool> alone = alone_in_buffer(plan);
  std::vector<bool> able, taken(plan.layers.size(), false);
  for (const PlannedLayer& layer : plan.layers) able.push_back(can_be_banded(plan, layer));
  std::vector<std::vector<ChainLayer>> chains;
  for (std::size_t first = 0; first < plan.layers.size(); ++first) {
    if (!able[first] || taken[first]) continue;
    std::vector<ChainLayer> chain = {{first}};
    for (;;) {
      const ValueId value = plan.layers[chain.back().layer].output;
      const std::size_t next = readers.uses[value] == 1 && alone[value] ? readers.layer[value] : able.size();
      if (next == able.size() || !able[next] || only_begins(plan.layers[next]) || taken[next]) break;
      chain.push_back({next, reads_as_second(plan.layers[next].jobs.back(), value)});
      taken[next] = true;
    }
    if (chain.size() > 1) chains.push_back(std::move(chain));
  }
  return chains;
}

}  // namespace trireme
