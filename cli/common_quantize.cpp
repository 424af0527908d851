// SPDX-License-Identifier: Apache-2.0
#include "cli/common_quantize.h"

#include <fmt/format.h>

#include "model/quantize/table.h"

namespace trireme {

namespace {

// Below this, ranges are a matter of luck (formats.md §15 no. 2).
constexpr int kFewSamples = 20;
constexpr std::size_t kNoiseSamples = 20;

}  // namespace

int calibrate(Graph& graph, const InputPlan& plan, std::size_t count, const QuantizeOptions& options,
              const Console& console, ProgressMode mode) {
  int used = 0;
  {
    Progress progress(mode, "calibrate", count);
    std::size_t next = 0;
    used = quantize_graph(graph, options, [&](std::vector<Tensor>& inputs) {
      progress.update(next);
      if (next == count) return false;
      inputs = plan.sample(next++);
      return true;
    });
  }
  console.print(
      fmt::format("calibrated with {} of {} samples of {}\n", used, plan.samples(), plan.dataset_name()));
  if (used < kFewSamples) {
    console.warning(
        fmt::format("{} samples are few: ranges of rare inputs may be cut; 100 to 500 are usual", used));
  }
  return used;
}

std::optional<std::filesystem::path> find_table(const ModelOptions& options) {
  if (!options.table.empty()) return options.table;
  return find_beside(options.model, {".quantize", "_asymmetric_affine.quantize"});
}

void use_table(Graph& graph, const std::filesystem::path& table, const Console& console) {
  apply_table(graph, read_quantize_table(table), table.string());
  for (const std::string& change : unify_quantization(graph)) console.note(change);
}

void ensure_quantized(Graph& graph, const ModelOptions& options, std::optional<InputPlan>& plan,
                      const Console& console, ProgressMode progress) {
  if (is_quantized(graph)) return;
  if (const auto table = find_table(options)) {
    use_table(graph, *table, console);
    if (options.table.empty()) console.note("quantization from " + table->string());
    return;
  }
  if (!plan) plan.emplace(graph, options.model, options.input_meta, console);
  if (plan->samples() > 0) {
    calibrate(graph, *plan, plan->samples(), {}, console, progress);
    return;
  }
  std::size_t next = 0;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& inputs) {
    if (next == kNoiseSamples) return false;
    inputs = plan->noise(next++);
    return true;
  });
  console.warning(fmt::format(
      "neither a quantization table nor a dataset lies beside {}: calibrated on seeded noise; cycles are "
      "right, values are not",
      options.model));
}

}  // namespace trireme
