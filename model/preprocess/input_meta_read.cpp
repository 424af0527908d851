// SPDX-License-Identifier: Apache-2.0
// Reads the files of versions 6.0 (%YAML header, scalar scale) to 6.30 (scale a channel) and our own.
#include <fmt/format.h>

#include <cmath>

#include "model/preprocess/input_meta.h"
#include "support/files.h"
#include "support/yaml_fields.h"

namespace trireme {

namespace {

std::vector<float> finite_floats(YamlFields& fields, const std::string& key) {
  std::vector<float> values;
  for (const double number : fields.numbers(key)) {
    const auto value = static_cast<float>(number);
    if (!std::isfinite(value))
      fields.complain(key, fmt::format("{} is out of range", number), "a finite number");
    values.push_back(value);
  }
  return values;
}

template <typename Read>
void if_present(YamlFields& fields, const std::string& key, Read read) {
  if (fields.has(key)) read();
}

// The node that bakes preprocessing into the exported network. Fields without a meaning here are known and
// unused.
void read_node_params(YamlFields fields, InputPort& port) {
  if_present(fields, "add_preproc_node", [&] { port.add_preproc_node = fields.boolean("add_preproc_node"); });
  if (port.add_preproc_node) {
    fields.complain("add_preproc_node", "preprocessing inside the network is not part of this version",
                    "set it false: pictures are preprocessed on the host, the network takes quantized data");
  }
  if_present(fields, "preproc_type", [&] {
    port.preproc_type = fields.choice(
        "preproc_type", {"IMAGE_RGB", "IMAGE_RGB888_PLANAR", "IMAGE_RGB888_PLANAR_SEP", "IMAGE_I420",
                         "IMAGE_NV12", "IMAGE_NV21", "IMAGE_YUV444", "IMAGE_GRAY", "IMAGE_BGRA", "TENSOR"});
  });
  if_present(fields, "preproc_crop", [&] {
    YamlFields crop = fields.section("preproc_crop");
    const bool enabled = crop.has("enable_preproc_crop") && crop.boolean("enable_preproc_crop");
    if (enabled)
      crop.complain("enable_preproc_crop", "cropping is not part of this version",
                    "crop the pictures beforehand");
    crop.has("crop_rect");
    crop.reject_unknown();
  });
  for (const char* unused : {"preproc_dtype_converter", "preproc_image_size", "preproc_perm"})
    fields.has(unused);
  fields.reject_unknown();
}

void read_preprocess(YamlFields fields, InputPort& port) {
  if_present(fields, "reverse_channel", [&] { port.reverse_channel = fields.boolean("reverse_channel"); });
  if_present(fields, "mean", [&] { port.mean = finite_floats(fields, "mean"); });
  if_present(fields, "scale", [&] { port.scale = finite_floats(fields, "scale"); });
  if_present(fields, "preproc_node_params",
             [&] { read_node_params(fields.section("preproc_node_params"), port); });
  fields.reject_unknown();
}

InputPort read_port(YamlFields& fields) {
  InputPort port;
  port.lid = fields.text("lid");
  if_present(fields, "category", [&] {
    port.category = fields.choice("category", {"image", "frequency", "undefined"});
  });
  if_present(fields, "dtype", [&] { port.dtype = fields.text("dtype"); });
  if_present(fields, "sparse", [&] { port.sparse = fields.boolean("sparse"); });
  fields.has("tensor_name");  // of H5FS databases only, and usually written without a value
  if_present(fields, "layout", [&] { port.layout = fields.choice("layout", {"nchw", "nhwc"}); });
  if_present(fields, "shape", [&] { port.shape = fields.integers("shape"); });
  if_present(fields, "fitting", [&] { port.fitting = fields.choice("fitting", {"scale", "fill", "whole"}); });
  if_present(fields, "resize", [&] { port.resize = fields.boolean("resize"); });
  if_present(fields, "preprocess", [&] { read_preprocess(fields.section("preprocess"), port); });
  if_present(fields, "redirect_to_output",
             [&] { port.redirect_to_output = fields.boolean("redirect_to_output"); });
  fields.reject_unknown();
  return port;
}

InputDatabase read_database(YamlFields& fields) {
  InputDatabase database;
  database.path = fields.text("path");
  // The others hold pickles, databases or generated data: nothing that is executed or guessed is read here.
  database.type = fields.choice("type", {"TEXT", "GENERATOR", "H5FS", "LMDB", "NPY", "SQLITE", "ZIP"});
  if (database.type != "TEXT") {
    fields.complain("type", fmt::format("'{}' is not part of this version", database.type),
                    "TEXT: a list of files");
  }
  for (YamlFields& port : fields.sequence("ports")) database.ports.push_back(read_port(port));
  fields.reject_unknown();
  return database;
}

}  // namespace

InputMeta read_input_meta(const std::filesystem::path& path) {
  const std::string file = path.string();
  Problems problems;
  YamlFields top(parse_yaml(read_text(path), file), file, "", problems);
  problems.throw_if_any();
  YamlFields fields = top.section("input_meta");
  problems.throw_if_any();
  InputMeta meta;
  for (YamlFields& database : fields.sequence("databases")) meta.databases.push_back(read_database(database));
  fields.reject_unknown();
  top.reject_unknown();
  problems.throw_if_any();
  return meta;
}

}  // namespace trireme
