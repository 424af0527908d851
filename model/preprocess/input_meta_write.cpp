// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/preprocess/input_meta.h"
#include "model/quantize/yaml_text.h"
#include "support/files.h"

namespace trireme {

namespace {

constexpr const char* kHeader = R"(# category: image, frequency, undefined (tensors that are no pictures)
# type: TEXT, a list of files, one sample a line
# fitting: scale (stretch), fill (cut to the shape), whole (bars around the picture); used if resize is true
# resize: false makes a picture of another size than the network's input an error
# preprocess: x' = (x - mean) * scale, then reverse_channel swaps RGB and BGR
# preproc_type: IMAGE_RGB, IMAGE_RGB888_PLANAR, IMAGE_RGB888_PLANAR_SEP, IMAGE_I420, IMAGE_NV12, IMAGE_YUV444,
#   IMAGE_GRAY, IMAGE_BGRA, TENSOR
)";

const char* truth(bool value) { return value ? "true" : "false"; }

std::string numbers(const std::vector<float>& values) {
  std::vector<std::string> texts;
  for (const float value : values) texts.push_back(yaml_number(value));
  return yaml_list(texts);
}

std::string port_text(const InputPort& port) {
  std::vector<std::string> shape;
  for (const std::int64_t dim : port.shape) shape.push_back(fmt::format("{}", dim));
  std::string text = fmt::format("      - lid: {}\n", yaml_string(port.lid));
  const auto line = [&](int depth, const char* key, const std::string& value) {
    text += fmt::format("{:{}}{}:{}{}\n", "", 8 + 4 * depth, key, value.empty() ? "" : " ", value);
  };
  line(0, "category", port.category);
  line(0, "dtype", port.dtype);
  line(0, "sparse", truth(port.sparse));
  line(0, "tensor_name", "");
  line(0, "layout", port.layout);
  line(0, "shape", yaml_list(shape));
  line(0, "fitting", port.fitting);
  line(0, "resize", truth(port.resize));
  line(0, "preprocess", "");
  line(1, "reverse_channel", truth(port.reverse_channel));
  if (!port.mean.empty()) line(1, "mean", numbers(port.mean));
  // One scale as a scalar: tools up to 6.12 read nothing else.
  if (!port.scale.empty())
    line(1, "scale", port.scale.size() == 1 ? yaml_number(port.scale[0]) : numbers(port.scale));
  line(1, "preproc_node_params", "");
  line(2, "add_preproc_node", truth(port.add_preproc_node));
  line(2, "preproc_type", port.preproc_type);
  line(0, "redirect_to_output", truth(port.redirect_to_output));
  return text;
}

}  // namespace

void write_input_meta(const std::filesystem::path& path, const InputMeta& meta) {
  std::string text = kNoTabsComment;
  text += kHeader;
  text += "input_meta:\n  databases:\n";
  for (const InputDatabase& database : meta.databases) {
    text +=
        fmt::format("  - path: {}\n    type: {}\n    ports:\n", yaml_string(database.path), database.type);
    for (const InputPort& port : database.ports) text += port_text(port);
  }
  write_file(path, text);
}

}  // namespace trireme
