// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/common_quantize.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/quantize/table.h"
#include "support/text.h"

namespace trireme {

namespace {

struct QuantizeSettings {
  ModelOptions model;
  QuantizeOptions options;
  std::string device, bins, first_bits, output_dir;
  std::int64_t batch = 1;
  std::optional<std::int64_t> iterations;
  bool rebuild = false, rebuild_all = false, hybrid = false, entropy = false, mle = false;
  ProgressMode progress = ProgressMode::automatic;
};

std::filesystem::path table_path(const QuantizeSettings& settings) {
  std::filesystem::path named = settings.model.table;
  if (named.empty()) named = beside(settings.model.model, ".quantize");
  if (settings.output_dir.empty()) return named;
  return std::filesystem::path(settings.output_dir) / named.filename();
}

void refuse_what_is_not_here(const QuantizeSettings& settings, const std::filesystem::path& table) {
  Problems problems;
  if (settings.hybrid) {
    problems.add("--hybrid", "mixed quantization is not in this version",
                 "quantize the whole network with --rebuild");
  }
  const std::string& algorithm = settings.options.algorithm;
  if (algorithm != "normal" && algorithm != "moving_average") {
    problems.add("--algorithm", fmt::format("'{}' is not in this version", algorithm),
                 "normal or moving_average");
  }
  const bool recompute = settings.rebuild || settings.rebuild_all || settings.hybrid;
  if (!recompute && std::filesystem::exists(table)) {
    problems.add(table.string(), "exists already", "--rebuild computes it again");
  }
  problems.throw_if_any();
}

void say_what_has_no_effect(const QuantizeSettings& settings, const Console& console) {
  if (to_lower(settings.device) == "gpu")
    console.note("--device GPU: the CPU computes, with the same result");
  if (!settings.bins.empty())
    console.note("--divergence-nbins: used by kl_divergence alone, not in this version");
  if (!settings.first_bits.empty()) {
    console.note("--divergence-first-quantize-bits: used by kl_divergence alone, not in this version");
  }
  if (settings.entropy) console.warning("--compute-entropy: not in this version, no entropy.txt is written");
  if (settings.mle) console.warning("--MLE: not in this version, scales are those of the observed ranges");
}

// Everything by default; --iterations times --batch-size when the user says so, never more than there is.
std::size_t sample_count(const QuantizeSettings& settings, const InputPlan& plan, const Console& console) {
  if (plan.samples() == 0) {
    throw Error(plan.dataset_name(), "no samples to calibrate with: the list is missing or empty",
                "one file a line, named in the inputmeta file's 'path'");
  }
  if (!settings.iterations) return plan.samples();
  const auto wanted = static_cast<std::size_t>(*settings.iterations * settings.batch);
  if (wanted > plan.samples()) {
    console.note(fmt::format("{} of {} {} more than the {} there {}",
                             counted(static_cast<std::uint64_t>(*settings.iterations), "iteration"),
                             settings.batch, *settings.iterations == 1 ? "is" : "are",
                             counted(plan.samples(), "sample"), plan.samples() == 1 ? "is" : "are"));
  }
  return std::min(wanted, plan.samples());
}

int quantize_model(const QuantizeSettings& settings, const Console& console) {
  const std::filesystem::path path = table_path(settings);
  refuse_what_is_not_here(settings, path);
  say_what_has_no_effect(settings, console);
  Graph graph = load_network(settings.model);
  print_notes(graph, console);
  const InputPlan plan(graph, settings.model.model, settings.model.input_meta, console);
  const std::size_t count = sample_count(settings, plan, console);
  calibrate(graph, plan, count, settings.options, console, settings.progress);
  const QuantizeTable table = table_of(graph);
  if (!settings.output_dir.empty()) std::filesystem::create_directories(settings.output_dir);
  write_quantize_table(path, table);
  console.print(fmt::format("wrote {}: {}, {} {}\n", path.string(), counted(table.entries.size(), "tensor"),
                            settings.options.quantizer, settings.options.qtype));
  return kExitOk;
}

void add_kind_options(CLI::App* verb, QuantizeSettings& settings) {
  QuantizeOptions& options = settings.options;
  verb->add_option("--quantizer", options.quantizer, "asymmetric_affine or dynamic_fixed_point")
      ->type_name("NAME")
      ->capture_default_str();
  verb->add_option("--qtype", options.qtype,
                   "uint8 for asymmetric_affine; int16 or int8 for dynamic_fixed_point")
      ->type_name("TYPE")
      ->capture_default_str();
  verb->add_option("--algorithm", options.algorithm, "normal (minimum and maximum) or moving_average")
      ->check(CLI::IsMember({"normal", "moving_average", "kl_divergence", "auto"}))
      ->type_name("NAME")
      ->capture_default_str();
  verb->add_option("--moving-average-weight", options.moving_average_weight,
                   "of a new sample's range, 0 to 1")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("WEIGHT")
      ->capture_default_str();
  CLI::Option* rebuild =
      verb->add_flag("--rebuild", settings.rebuild, "compute the table again if it exists");
  CLI::Option* all = verb->add_flag("--rebuild-all", settings.rebuild_all,
                                    "also what a quantized source model brought along");
  CLI::Option* hybrid =
      verb->add_flag("--hybrid", settings.hybrid, "mixed quantization: not in this version");
  rebuild->excludes(all)->excludes(hybrid);
  all->excludes(hybrid);
}

void add_amount_options(CLI::App* verb, QuantizeSettings& settings) {
  verb->add_option("--batch-size", settings.batch, "samples an iteration")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--iterations", settings.iterations, "iterations; default: all samples of the dataset")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
      ->type_name("N");
  verb->add_option("--output-dir", settings.output_dir,
                   "folder of the table; default: where --model-quantize says")
      ->type_name("DIR");
  verb->add_option("--device", settings.device, "CPU or GPU: the same result, always on the CPU")
      ->type_name("NAME");
  verb->add_option("--divergence-nbins", settings.bins, "no effect in this version")->type_name("N");
  verb->add_option("--divergence-first-quantize-bits", settings.first_bits, "no effect in this version")
      ->type_name("N");
  verb->add_flag("--compute-entropy", settings.entropy, "no effect in this version");
  verb->add_flag("--MLE", settings.mle, "no effect in this version");
}

}  // namespace

void add_quantize(CLI::App& app, Chosen& chosen) {
  auto settings = std::make_shared<QuantizeSettings>();
  CLI::App* verb = add_verb(app, "quantize", "Calibrate on the dataset and write the quantization table.",
                            "trireme quantize --model lenet.json --model-data lenet.data --quantizer "
                            "asymmetric_affine --qtype uint8 --rebuild");
  add_model_options(verb, settings->model);
  add_table_option(verb, settings->model);
  add_input_meta_option(verb, settings->model);
  add_kind_options(verb, *settings);
  add_amount_options(verb, *settings);
  add_progress_option(verb, settings->progress);
  on_chosen(verb, chosen, [settings](const Console& console) { return quantize_model(*settings, console); });
}

}  // namespace trireme
