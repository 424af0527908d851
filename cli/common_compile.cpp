// SPDX-License-Identifier: Apache-2.0
#include "cli/common_compile.h"

#include <fmt/format.h>

#include <map>

#include "cli/verbs.h"
#include "support/text.h"

namespace trireme {

void add_compile_options(CLI::App* verb, CompileSettings& settings) {
  add_chip_option(verb, settings.chip);
  add_requant_option(verb, settings.requant);
  verb->add_option("--ties", settings.ties,
                   "direction of exact halves: half_up, half_even, half_away; default: the chip's own")
      ->type_name("RULE");
  verb->add_option("-O,--opt-level", settings.level,
                   "0: layer by layer, maps in DRAM; 1: fused; 2: maps on chip, tiles by cost (default); 3: "
                   "many more tilings tried, maps weighed against caches. Results are the same at each")
      ->type_name("LEVEL")
      ->check(CLI::Range(0, kLastLevel));
  verb->add_flag("--no-fuse", settings.no_fuse, "every layer its own jobs, so that every tensor can be seen");
  verb->add_flag("--no-sram", settings.no_sram,
                 "keep feature maps in DRAM even where they fit the on-chip SRAM");
  verb->add_flag("--no-preload", settings.no_preload,
                 "read coefficients from DRAM even where the AXI-SRAM has room for them");
  verb->add_flag("--no-bands", settings.no_bands,
                 "each layer as a whole, even where runs of layers in bands of rows would save DRAM traffic");
}

Chip chip_of_settings(const CompileSettings& settings) {
  Chip chip = find_chip(settings.chip.empty() ? kDefaultChip : settings.chip);
  if (!settings.requant.empty()) chip.requant_rule = parse_requant_rule(settings.requant, "--requant");
  if (!settings.ties.empty()) chip.ties = parse_ties(settings.ties, "--ties");
  return chip;
}

CompileOptions compile_options(const CompileSettings& settings, const Chip& chip, const Graph& graph) {
  CompileOptions options;
  options.rule = chip.requant_rule;
  if (settings.requant.empty() && graph.scales_from_model)
    options.rule = graph.source_format == "tflite" ? RequantRule::tflite : RequantRule::onnx;
  options.ties = chip.ties;
  set_level(options, settings.level);
  options.fuse = options.fuse && !settings.no_fuse;
  options.use_vip_sram = options.use_vip_sram && !settings.no_sram;
  options.explain = settings.explain;
  options.preload = options.use_vip_sram && !settings.no_preload;
  options.bands = options.bands && !settings.no_bands;
  options.dump_ir_pass = settings.dump_ir;
  return options;
}

void quantize_for(Graph& graph, const ModelOptions& model, const CompileSettings& settings,
                  std::optional<InputPlan>& plan, const Console& console, ProgressMode progress) {
  if (!settings.no_data) return ensure_quantized(graph, model, plan, console, progress);
  if (is_quantized(graph)) return;
  if (const auto table = find_table(model)) return use_table(graph, *table, console);
  quantize_by_default(graph);
  console.note("activations have default scales: values mean nothing");
}

CompiledModel compile_model(const ModelOptions& model, const CompileSettings& settings,
                            const Console& console, ProgressMode progress) {
  CompiledModel result;
  result.chip = chip_of_settings(settings);  // before the work: a wrong name should cost no time
  result.graph = load_network(model);
  print_notes(result.graph, console);
  quantize_for(result.graph, model, settings, result.plan, console, progress);
  CompileOptions options = compile_options(settings, result.chip, result.graph);
  result.binary = compile(result.graph, result.chip, options);
  result.explanation = std::move(options.explanation);
  return result;
}

namespace {

// The simulator runs the chip that the binary was made for, to the last field.
Chip chip_of_binary(const NetworkBinary& binary, const std::string& wanted, const std::string& file) {
  if (wanted.empty()) return chip_of(binary, "", file);
  const Chip named = find_chip(wanted);
  Chip chip = chip_of(binary, named.name, file);
  if (chip.yaml != named.yaml) {
    const bool by_name = std::filesystem::path(wanted).extension() != ".yaml";
    throw Error(file,
                by_name
                    ? fmt::format("the chip file of {} has changed since the binary was compiled", chip.name)
                    : fmt::format("was compiled with another description of {} than '{}'", chip.name, wanted),
                fmt::format("compile the network again with --chip {}", wanted));
  }
  return chip;
}

// The multipliers in a binary belong to one rule: another one needs another binary.
void require_rule(const NetworkBinary& binary, const CompileSettings& settings, const std::string& file) {
  if (!settings.requant.empty() && parse_requant_rule(settings.requant, "--requant") != binary.rule) {
    throw Error(file, fmt::format("was compiled for the requantization rule {}", name_of(binary.rule)),
                fmt::format("`trireme compile --requant {}` makes one for it", settings.requant));
  }
  if (!settings.ties.empty() && parse_ties(settings.ties, "--ties") != binary.ties) {
    throw Error(file, fmt::format("was compiled for ties {}", name_of(binary.ties)),
                fmt::format("`trireme compile --ties {}` makes one for it", settings.ties));
  }
}

// Fusing and placing happened when it was compiled; NetworkBinary::options tells how.
void require_options(const NetworkBinary& binary, const CompileSettings& settings, const std::string& file) {
  const auto require = [&](bool wanted, const char* recorded, const char* option) {
    if (!wanted || binary.options.find(recorded) != std::string::npos) return;
    throw Error(file, fmt::format("was compiled without {}", option),
                fmt::format("`trireme compile {}` makes one with it", option));
  };
  require(settings.no_fuse, " fuse=0", "--no-fuse");
  require(settings.no_sram, " vip_sram=0", "--no-sram");
  require(settings.no_preload, " preload=0", "--no-preload");
  require(settings.no_bands, " bands=0", "--no-bands");
}

}  // namespace

NetworkBinary read_binary_argument(const std::string& file) {
  try {
    return read_network_binary(file);
  } catch (const Error& error) {
    if (is_network_binary_name(file) || !std::filesystem::exists(file)) throw;
    throw Error(file, error.problems().front().what,
                "a network binary (.tnb) or a model (.onnx, .tflite, NAME.json) is needed");
  }
}

LoadedBinary load_binary(const std::string& file, const CompileSettings& settings, const Console& console,
                         ProgressMode progress) {
  const std::string extension = to_lower(std::filesystem::path(file).extension().string());
  if (extension == ".onnx" || extension == ".tflite" || extension == ".json") {
    ModelOptions model;
    model.model = file;
    CompiledModel compiled = compile_model(model, settings, console, progress);
    return {std::move(compiled.binary), std::move(compiled.chip)};
  }
  LoadedBinary loaded;
  loaded.binary = read_binary_argument(file);
  loaded.chip = chip_of_binary(loaded.binary, settings.chip, file);
  check(loaded.binary, loaded.chip, file);
  require_rule(loaded.binary, settings, file);
  require_options(loaded.binary, settings, file);
  return loaded;
}

std::string compile_summary(const NetworkBinary& binary, const Chip& chip) {
  std::map<std::string, int> jobs;
  for (const Job& job : binary.jobs) ++jobs[name_of(engine_of(job))];
  std::vector<std::string> counts;
  for (const auto& [engine, count] : jobs) counts.push_back(fmt::format("{} {}", count, engine));
  std::int64_t weights = 0, coded = 0;
  for (const LayerSymbol& layer : binary.layers) {
    weights += layer.weight_bytes;
    coded += layer.coded_bytes;
  }
  return fmt::format(
      "{} for {} ({}): {}, {} ({}), weights {} B coded as {} B, {} B of DRAM, {} B of VIP-SRAM, "
      "requantization {} with ties {}\n",
      binary.name, chip.name, chip.market_name, counted(binary.layers.size(), "layer"),
      counted(binary.jobs.size(), "job"), join(counts, ", "), weights, coded, binary.dram_bytes,
      binary.vip_sram_bytes, name_of(binary.rule), ties_text(binary.rule, binary.ties));
}

}  // namespace trireme
