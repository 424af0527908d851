// SPDX-License-Identifier: Apache-2.0
#include "cli/common_tensor_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/quant/quantization.h"
#include "support/files.h"
#include "support/text.h"
#include "support/yaml_fields.h"
#include "tensor/files.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

// A tensor of run.yaml. JSON is YAML, so golden.json is read by the same lines.
struct Description {
  DataType dtype = DataType::uint8;
  Shape shape;
  std::optional<float> scale;
  std::int32_t zero_point = 0;
};

std::optional<Description> description_in(const YAML::Node& list, const std::string& name,
                                          const std::string& where) {
  if (!list.IsSequence()) return std::nullopt;
  for (const YAML::Node& entry : list) {
    if (!entry.IsMap() || !entry["file"] || entry["file"].as<std::string>("") != name) continue;
    Description description;
    description.dtype = parse_data_type(entry["dtype"].as<std::string>(""), where);
    description.shape = entry["shape"].as<Shape>(Shape{});
    const YAML::Node quantization = entry["quantization"] ? entry["quantization"] : entry;
    if (quantization["scale"]) {
      const auto scale = to_double(quantization["scale"].as<std::string>(""));
      if (scale) description.scale = static_cast<float>(*scale);
      description.zero_point = quantization["zero_point"].as<std::int32_t>(0);
    }
    return description;
  }
  return std::nullopt;
}

std::optional<Description> description_beside(const fs::path& path) {
  for (const char* name : {"run.yaml", "golden.json"}) {
    const fs::path file = path.parent_path() / name;
    if (!fs::exists(file)) continue;
    const YAML::Node root = parse_yaml(read_text(file), file.string());
    if (!root.IsMap()) continue;
    for (const char* list : {"inputs", "outputs"}) {
      if (!root[list]) continue;
      const auto found = description_in(root[list], path.filename().string(), file.string());
      if (found) return found;
    }
  }
  return std::nullopt;
}

// "output0_10_1.dat" is W first: [1,10]. Nothing if the name does not say.
std::optional<Shape> shape_of_name(const fs::path& path) {
  const auto parts = split(path.stem().string(), '_');
  if (parts.size() < 2 || parts[0].rfind("output", 0) != 0) return std::nullopt;
  Shape shape;
  for (std::size_t i = parts.size() - 1; i >= 1; --i) {
    const auto number = to_int(parts[i]);
    if (!number || *number < 1) return std::nullopt;
    shape.push_back(*number);
  }
  return shape;
}

FoundTensor read_raw(const fs::path& path, const TensorHints& hints, bool bytes_allowed) {
  const auto description = description_beside(path);
  FoundTensor found;
  if (hints.dtype.empty() && !description) {
    if (!bytes_allowed) {
      throw Error(path.string(), "nothing says what its bytes mean",
                  "--dtype TYPE, or keep run.yaml or golden.json beside it");
    }
    found.described = false;
    const Bytes bytes = read_file(path);
    found.stored = Tensor(DataType::uint8, {static_cast<std::int64_t>(bytes.size())});
    found.stored.bytes = bytes;
    return found;
  }
  const DataType dtype = hints.dtype.empty() ? description->dtype : parse_data_type(hints.dtype, "--dtype");
  const auto named = shape_of_name(path);
  Shape shape;
  if (!hints.shape.empty()) {
    shape = parse_shape(hints.shape, "--shape");
  } else if (description) {
    shape = description->shape;
  } else if (named) {
    shape = *named;
  } else {
    const std::uint64_t size = fs::exists(path) ? fs::file_size(path) : 0;
    shape = {static_cast<std::int64_t>(size / static_cast<std::uint64_t>(bytes_of(dtype)))};
  }
  found.stored = read_dat(path, dtype, shape);
  if (description && description->scale) {
    found.affine = true;
    found.scale = *description->scale;
    found.zero_point = description->zero_point;
  }
  return found;
}

// Text tensors do not say their shape: without a hint they are a list.
Tensor read_text(const fs::path& path, const TensorHints& hints) {
  if (!hints.shape.empty()) return read_text_tensor(path, parse_shape(hints.shape, "--shape"));
  const std::string text = trireme::read_text(path, std::uint64_t{4} << 30);
  std::int64_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank && !inside) ++count;
    inside = !blank;
  }
  return read_text_tensor(path, {count});
}

}  // namespace

Shape parse_shape(const std::string& text, const std::string& where) {
  std::string commas = text;
  std::replace(commas.begin(), commas.end(), 'x', ',');
  Shape shape;
  for (const std::string& part : split(commas, ',')) {
    const auto number = to_int(trim(part));
    if (!number || *number < 1) {
      throw Error(where, fmt::format("'{}' is not a shape", text),
                  "framework order, for example 1,10 or 1x6x28x28");
    }
    shape.push_back(*number);
  }
  return shape;
}

FoundTensor read_any_tensor(const fs::path& path, const TensorHints& hints, bool bytes_allowed) {
  const std::string extension = to_lower(path.extension().string());
  FoundTensor found;
  if (extension == ".npy") {
    found.stored = read_npy(path);
  } else if (extension == ".tensor" || extension == ".txt") {
    found.stored = read_text(path, hints);
  } else {
    found = read_raw(path, hints, bytes_allowed);
  }
  if (hints.scale) {
    found.affine = true;
    found.scale = static_cast<float>(*hints.scale);
  }
  if (hints.zero_point) {
    found.affine = true;
    found.zero_point = static_cast<std::int32_t>(*hints.zero_point);
  }
  return found;
}

FoundTensor read_like(const fs::path& path, const FoundTensor& known) {
  FoundTensor found = known;
  found.stored = read_dat(path, known.stored.dtype, known.stored.shape);
  return found;
}

Tensor real_values(const FoundTensor& found) {
  if (!found.affine || is_float(found.stored.dtype)) return to_float32(found.stored);
  Quantization quantization;
  quantization.scheme = Quantization::Scheme::affine;
  quantization.dtype = found.stored.dtype;
  quantization.scale = {found.scale};
  quantization.zero_point = {found.zero_point};
  return dequantize(found.stored, quantization);
}

}  // namespace trireme
