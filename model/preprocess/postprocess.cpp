// SPDX-License-Identifier: Apache-2.0
// NAME_postprocess_file.yml (formats.md §3), and the ranking that print_topn asks for.
#include <fmt/format.h>

#include <algorithm>

#include "model/preprocess/input_meta.h"
#include "model/quantize/yaml_text.h"
#include "support/files.h"
#include "support/yaml_fields.h"

namespace trireme {

namespace {

constexpr int kMostTop = 1'000'000;

PostprocessFile::Output read_output(YamlFields& fields) {
  PostprocessFile::Output output;
  output.lid = fields.text("lid");
  if (fields.has("postproc_params")) {
    YamlFields params = fields.section("postproc_params");
    if (params.has("add_postproc_node")) output.add_postproc_node = params.boolean("add_postproc_node");
    if (params.has("perm")) output.perm = params.integers("perm");
    if (params.has("force_float32")) output.force_float32 = params.boolean("force_float32");
    params.reject_unknown();
  }
  fields.reject_unknown();
  return output;
}

void read_host_side(YamlFields fields, PostprocessFile& file) {
  if (fields.has("print_topn")) {
    YamlFields print = fields.section("print_topn");
    file.topn = static_cast<int>(print.integer("topn", 0, kMostTop));
    print.reject_unknown();
  }
  if (fields.has("dump_results")) {
    YamlFields dump = fields.section("dump_results");
    file.dump_file_type = dump.choice("file_type", {"TENSOR", "NPY"});
    dump.reject_unknown();
  }
  fields.reject_unknown();
}

}  // namespace

PostprocessFile default_postprocess(const Graph& graph) {
  PostprocessFile file;
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    PostprocessFile::Output output;
    output.lid = i < graph.output_lids.size() ? graph.output_lids[i] : graph.values[graph.outputs[i]].name;
    file.outputs.push_back(std::move(output));
  }
  return file;
}

PostprocessFile read_postprocess(const std::filesystem::path& path) {
  const std::string name = path.string();
  Problems problems;
  YamlFields top(parse_yaml(read_text(path), name), name, "", problems);
  problems.throw_if_any();
  YamlFields fields = top.section("postprocess");
  problems.throw_if_any();
  PostprocessFile file;
  if (fields.has("acuity_postprocs")) read_host_side(fields.section("acuity_postprocs"), file);
  if (fields.has("app_postprocs")) {
    for (YamlFields& output : fields.sequence("app_postprocs")) file.outputs.push_back(read_output(output));
  }
  fields.reject_unknown();
  top.reject_unknown();
  problems.throw_if_any();
  return file;
}

void write_postprocess(const std::filesystem::path& path, const PostprocessFile& file) {
  std::string text = kNoTabsComment;
  text +=
      "# acuity_postprocs: on the host, by inference and dump\n# app_postprocs: in the exported network, one "
      "entry an output\n";
  text += fmt::format(
      "postprocess:\n  acuity_postprocs:\n    print_topn:\n      topn: {}\n    dump_results:\n      "
      "file_type: {}\n",
      file.topn, file.dump_file_type);
  text += file.outputs.empty() ? "  app_postprocs: []\n" : "  app_postprocs:\n";
  for (const PostprocessFile::Output& output : file.outputs) {
    text += fmt::format("  - lid: {}\n    postproc_params:\n      add_postproc_node: {}\n",
                        yaml_string(output.lid), output.add_postproc_node);
    if (!output.perm.empty()) text += fmt::format("      perm: [{}]\n", fmt::join(output.perm, ", "));
    text += fmt::format("      force_float32: {}\n", output.force_float32);
  }
  write_file(path, text);
}

std::vector<TopEntry> top_n(const Tensor& tensor, int n) {
  std::vector<TopEntry> entries;
  for (std::int64_t i = 0; i < tensor.size(); ++i) entries.push_back({i, element(tensor, i)});
  const auto count = std::min(entries.size(), static_cast<std::size_t>(std::max(n, 0)));
  // NaN after every number, so that the order is a strict one.
  const auto before = [](const TopEntry& a, const TopEntry& b) {
    const bool nan_a = a.value != a.value;
    const bool nan_b = b.value != b.value;
    if (nan_a != nan_b) return nan_b;
    if (!nan_a && a.value != b.value) return a.value > b.value;
    return a.index < b.index;
  };
  std::partial_sort(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(count), entries.end(),
                    before);
  entries.resize(count);
  return entries;
}

}  // namespace trireme
