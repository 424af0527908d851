// SPDX-License-Identifier: Apache-2.0
// From a quantized network to a network binary, with the options that compile, export, run, simulate and
// profile share.
#pragma once

#include <string>

#include "cli/common_quantize.h"
#include "compiler/compile.h"
#include "isa/chip.h"
#include "isa/network_binary.h"

namespace trireme {

struct CompileSettings {
  std::string chip;     // empty: the default chip
  std::string requant;  // empty: compile_options() decides
  std::string ties;     // empty: the chip's own
  bool no_fuse = false;
  bool no_sram = false;
  int level = kDefaultLevel;  // -O
  bool explain = false;
  bool no_preload = false, no_bands = false;
  bool no_data = false;  // for timing alone: nothing is calibrated
  std::string dump_ir;   // pass name
};

void add_compile_options(CLI::App* verb, CompileSettings& settings);

Chip chip_of_settings(const CompileSettings& settings);
// The rule asked for; else that of the runtime whose scales the model brought (tflite, onnx); else the chip's
// own.
CompileOptions compile_options(const CompileSettings& settings, const Chip& chip, const Graph& graph);

struct CompiledModel {
  Graph graph;                    // quantized
  std::optional<InputPlan> plan;  // if quantizing needed one
  Chip chip;
  NetworkBinary binary;
  Explanation explanation;  // if asked for
};

// As ensure_quantized(), or, with no_data, by default scales where there are neither scales nor a table.
void quantize_for(Graph& graph, const ModelOptions& model, const CompileSettings& settings,
                  std::optional<InputPlan>& plan, const Console& console, ProgressMode progress);

CompiledModel compile_model(const ModelOptions& model, const CompileSettings& settings,
                            const Console& console, ProgressMode progress);

// The Error for a file that is neither says that a model is accepted too.
NetworkBinary read_binary_argument(const std::string& file);

// A .tnb as it is, or a model compiled on the spot. A binary for another chip or rule than asked for is an
// Error.
struct LoadedBinary {
  NetworkBinary binary;
  Chip chip;
};
LoadedBinary load_binary(const std::string& file, const CompileSettings& settings, const Console& console,
                         ProgressMode progress);

std::string compile_summary(const NetworkBinary& binary, const Chip& chip);

}  // namespace trireme
