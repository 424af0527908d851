// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "cli/common_outputs.h"
#include "cli/common_tensor_files.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/preprocess/input_meta.h"
#include "support/text.h"

namespace trireme {

namespace {

struct DecodeVerb {
  std::string file;
  TensorHints hints;
  int top = kTopEntries;
  bool values = false, json = false;
};

std::string describe(const FoundTensor& found) {
  std::string text = fmt::format("{} {}", name_of(found.stored.dtype), to_string(found.stored.shape));
  if (found.affine) text += fmt::format(" scale {} zero point {}", shortest(found.scale), found.zero_point);
  return text;
}

std::string all_values(const Tensor& real) {
  std::string text;
  const float* data = real.data<float>();
  for (std::int64_t i = 0; i < real.size(); ++i) text += shortest(data[i]) + "\n";
  return text;
}

// As the board prints it, but numbers that it would round to nothing in full.
std::string top_text(const Tensor& real, int count) {
  constexpr double small = 1e-3;
  std::string text = fmt::format(" --- Top{} ---\n", count);
  for (const TopEntry& entry : top_n(real, count)) {
    const bool rounded_away = entry.value != 0 && std::abs(entry.value) < small;
    text += rounded_away ? fmt::format("{:>3}: {}\n", entry.index, shortest(static_cast<float>(entry.value)))
                         : fmt::format("{:>3}: {:8.6f}\n", entry.index, entry.value);
  }
  return text;
}

void require_scale(double scale) {
  const auto stored = static_cast<float>(scale);
  if (std::isfinite(stored) && stored > 0) return;
  throw UsageError(fmt::format("--scale: {} is not a scale", scale), "a finite number above 0");
}

Json decode_json(const FoundTensor& found, const Tensor& real, const DecodeVerb& verb) {
  Json json = {{"file", verb.file},
               {"dtype", name_of(found.stored.dtype)},
               {"shape", found.stored.shape},
               {"top", top_json(real, verb.top)}};
  if (found.affine) json["quantization"] = {{"scale", found.scale}, {"zero_point", found.zero_point}};
  if (verb.values) {
    json["values"] = Json::array();
    for (std::int64_t i = 0; i < real.size(); ++i) json["values"].push_back(element(real, i));
  }
  return json;
}

int decode(const DecodeVerb& verb, const Console& console) {
  if (verb.hints.scale) require_scale(*verb.hints.scale);
  const FoundTensor found = read_any_tensor(verb.file, verb.hints, false);
  const Tensor real = real_values(found);
  if (verb.json) {
    console.print(json_text(decode_json(found, real, verb)));
    return kExitOk;
  }
  console.print(fmt::format("{}: {}\n", verb.file, describe(found)));
  console.print(verb.values ? all_values(real) : top_text(real, verb.top));
  return kExitOk;
}

}  // namespace

void add_decode(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<DecodeVerb>();
  CLI::App* verb =
      add_verb(app, "decode", "Show a raw tensor file as numbers: the top entries, or every value.",
               "trireme decode output0_10_1.dat --dtype float16");
  verb->add_option("FILE", state->file, ".dat, .npy or .tensor")->required();
  verb->add_option("--dtype", state->hints.dtype,
                   "of a .dat: float16, uint8, …; default: as run.yaml or golden.json beside it says")
      ->type_name("TYPE");
  verb->add_option("--shape", state->hints.shape, "framework order, 1,10; default: from the name, W first")
      ->type_name("SHAPE");
  verb->add_option("--scale", state->hints.scale, "real = (stored - zero point) * scale")
      ->type_name("NUMBER");
  verb->add_option("--zero-point", state->hints.zero_point, "default 0")
      ->check(CLI::Range(std::int64_t{-2147483648}, std::int64_t{2147483647}))
      ->type_name("NUMBER");
  verb->add_option("--top", state->top, "entries to show")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N")
      ->capture_default_str();
  verb->add_flag("--values", state->values, "every value, one a line");
  add_json_option(verb, state->json);
  on_chosen(verb, chosen, [state](const Console& console) { return decode(*state, console); });
}

}  // namespace trireme
