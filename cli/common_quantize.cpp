// SPDX-License-Identifier: Apache-2.0
#include "cli/common_quantize.h"

#include <fmt/format.h>

#include "model/quantize/table.h"
#include "support/text.h"

namespace trireme {

namespace {

// Below this, ranges are a matter of luck (formats.md §15 no. 2).
constexpr int kFewSamples = 20;
constexpr std::size_t kNoiseSamples = 20;

void calibrate_on_noise(Graph& graph, const QuantizeOptions& options, const InputPlan& plan,
                        const std::vector<Tensor>& given) {
  std::size_t next = 0;
  bool more = !given.empty();
  quantize_graph(graph, options, [&](std::vector<Tensor>& inputs) {
    if (next == kNoiseSamples && !more) return false;
    if (next < kNoiseSamples) {
      inputs = plan.noise(next++);
    } else {
      inputs = given;
      more = false;
    }
    return true;
  });
}

// What the command line asks for; int16 and int8 are types of dynamic fixed point alone.
QuantizeOptions quantize_options(const ModelOptions& options) {
  QuantizeOptions result;
  if (!options.qtype.empty()) result.qtype = options.qtype;
  const bool fixed = result.qtype == "int16" || result.qtype == "int8";
  if (fixed) result.quantizer = "dynamic_fixed_point";
  if (!options.quantizer.empty()) result.quantizer = options.quantizer;
  if (result.quantizer == "dynamic_fixed_point" && options.qtype.empty()) result.qtype = "int16";
  return result;
}

// With a table nothing is read from an inputmeta, yet what it asks for must not be left out without a word.
void check_input_meta(const Graph& graph, const ModelOptions& options, std::optional<InputPlan>& plan,
                      const Console& console) {
  const bool exists = !options.input_meta.empty() || find_beside(options.model, kInputMetaSuffixes);
  if (!plan && exists) plan.emplace(graph, options.model, options.input_meta, console);
}

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
  console.print(fmt::format("calibrated with {} of {} of {}\n", used, counted(plan.samples(), "sample"),
                            plan.dataset_name()));
  if (used < kFewSamples) {
    console.warning(fmt::format("{} few: ranges of rare inputs may be cut; 100 to 500 are usual",
                                used == 1 ? "1 sample is too" : fmt::format("{} samples are", used)));
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
                      const Console& console, ProgressMode progress, const std::vector<Tensor>& given) {
  check_input_meta(graph, options, plan, console);
  if (is_quantized(graph)) return;
  const bool kind_named = !options.quantizer.empty() || !options.qtype.empty();
  if (kind_named && !options.table.empty()) {
    throw Error("--model-quantize", "is given together with --quantizer or --qtype",
                "a table has its own; leave one of them out");
  }
  const auto table = find_table(options);
  if (table && !kind_named) {
    use_table(graph, *table, console);
    if (options.table.empty()) console.note("quantization from " + table->string());
    return;
  }
  if (!plan) plan.emplace(graph, options.model, options.input_meta, console);
  if (plan->samples() > 0) {
    calibrate(graph, *plan, plan->samples(), quantize_options(options), console, progress);
    return;
  }
  calibrate_on_noise(graph, quantize_options(options), *plan, given);
  console.warning(fmt::format(
      "neither a quantization table nor a dataset lies beside {}: calibrated on seeded noise in [0,1]{}; "
      "cycles are right, values are {}",
      options.model, given.empty() ? "" : " and the given input",
      given.empty() ? "not" : "no measure of the network's accuracy"));
}

}  // namespace trireme
