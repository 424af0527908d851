// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

#include "cli/common_difference.h"
#include "cli/common_outputs.h"
#include "cli/common_tensor_files.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/text.h"

namespace trireme {

namespace {

struct CompareVerb {
  std::string a, b;
  TensorHints hints;
  std::optional<double> tolerance;
  bool json = false;
};

struct Comparison {
  bool identical = false;  // type and bytes
  bool passes = false;
  bool same_type = true;
  bool as_bytes = false;  // nothing says what the files hold
  Difference difference;
};

Comparison compare_tensors(const CompareVerb& verb) {
  Problems problems;
  FoundTensor a, b;
  const auto read = [&](const std::string& path, FoundTensor& to) {
    try {
      to = read_any_tensor(path, verb.hints, true);
    } catch (const Error& error) {
      problems.add(error);
    }
  };
  read(verb.a, a);
  read(verb.b, b);
  problems.throw_if_any();
  // A board's dump has no description beside it: what is said of the golden holds for it too.
  if (a.described != b.described) {
    FoundTensor& known = a.described ? a : b;
    (a.described ? b : a) = read_like(a.described ? verb.b : verb.a, known);
  }
  if (a.stored.size() != b.stored.size()) {
    throw Error(
        verb.b,
        fmt::format("has {}, {} has {}", counted(static_cast<std::uint64_t>(b.stored.size()), "element"),
                    verb.a, a.stored.size()),
        "tensors of the same size can be compared");
  }
  Comparison comparison;
  comparison.identical = a.stored.dtype == b.stored.dtype && a.stored.bytes == b.stored.bytes;
  // The codes themselves where both mean the same by them, else real values.
  const bool codes = a.affine == b.affine && a.scale == b.scale && a.zero_point == b.zero_point;
  comparison.difference = codes ? difference(a.stored, b.stored) : difference(real_values(a), real_values(b));
  comparison.same_type = a.stored.dtype == b.stored.dtype;
  comparison.as_bytes = !a.described && !b.described;
  const bool equal_values = !comparison.same_type && comparison.difference.differing == 0;
  comparison.passes = comparison.identical || equal_values ||
                      (verb.tolerance && comparison.difference.max_abs <= *verb.tolerance);
  return comparison;
}

std::string values_text(const Difference& d) {
  std::string text;
  text += fmt::format("max abs difference: {}\n", shortest(d.max_abs));
  text += fmt::format("Euclidean distance: {}\n", shortest(d.euclidean));
  text += fmt::format("cosine similarity: {:.6f}\n", d.cosine);
  text += fmt::format("SNR: {}\n", d.snr_db ? fmt::format("{:.2f} dB", *d.snr_db) : "infinite");
  text += fmt::format("top-{}: {}\n", d.top, d.top_matches ? "the same" : "different");
  return text;
}

std::string text_report(const CompareVerb& verb, const Comparison& comparison) {
  const Difference& d = comparison.difference;
  if (comparison.identical)
    return fmt::format("identical: {}\n", counted(static_cast<std::uint64_t>(d.elements), "element"));
  std::string text;
  if (d.first >= 0) {
    text += fmt::format("first difference at element {}: {} and {}\n", d.first, shortest(d.first_a),
                        shortest(d.first_b));
  } else {
    text += comparison.same_type ? "values are equal, bytes differ\n" : "values are equal, types differ\n";
  }
  if (comparison.as_bytes) text += "compared as bytes; give --dtype TYPE to compare values\n";
  text += fmt::format("differing {}: {} of {}\n", comparison.as_bytes ? "bytes" : "elements", d.differing,
                      d.elements);
  if (!comparison.as_bytes) text += values_text(d);
  if (verb.tolerance) {
    text += fmt::format("{} the tolerance {}\n", comparison.passes ? "within" : "outside",
                        shortest(*verb.tolerance));
  }
  return text;
}

// JSON has no infinity.
Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_report(const CompareVerb& verb, const Comparison& comparison) {
  const Difference& d = comparison.difference;
  Json json = {{"a", verb.a},
               {"b", verb.b},
               {"identical", comparison.identical},
               {"passes", comparison.passes},
               {"compared_as", comparison.as_bytes ? "bytes" : "values"},
               {"elements", d.elements},
               {"differing", d.differing}};
  if (d.first >= 0) json["first"] = {{"index", d.first}, {"a", finite(d.first_a)}, {"b", finite(d.first_b)}};
  if (comparison.as_bytes) return json;  // the rest would be about numbers that nobody stored
  json.update({{"max_abs", finite(d.max_abs)},
               {"euclidean", finite(d.euclidean)},
               {"cosine", finite(d.cosine)},
               {"snr_db", d.snr_db ? finite(*d.snr_db) : Json(nullptr)},
               {"top_matches", d.top_matches}});
  return json;
}

}  // namespace

void add_compare(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<CompareVerb>();
  CLI::App* verb =
      add_verb(app, "compare",
               "Say whether two tensor files are identical, or where and how far they differ (exit 1).",
               "trireme compare golden/output0_10_1.dat board/output0_10_1.dat --dtype float16");
  verb->add_option("A", state->a, ".dat, .npy or .tensor")->required();
  verb->add_option("B", state->b, ".dat, .npy or .tensor")->required();
  verb->add_option("--dtype", state->hints.dtype,
                   "of .dat files; default: as run.yaml or golden.json beside one of them says, else bytes")
      ->type_name("TYPE");
  verb->add_option("--shape", state->hints.shape, "framework order, 1,10")->type_name("SHAPE");
  verb->add_option("--tolerance", state->tolerance,
                   "largest absolute difference that still passes; default: none may differ")
      ->check(CLI::NonNegativeNumber)
      ->type_name("NUMBER");
  add_json_option(verb, state->json);
  on_chosen(verb, chosen, [state](const Console& console) {
    const Comparison comparison = compare_tensors(*state);
    console.print(state->json ? json_text(json_report(*state, comparison)) : text_report(*state, comparison));
    return comparison.passes ? kExitOk : kExitChecksFailed;
  });
}

}  // namespace trireme
