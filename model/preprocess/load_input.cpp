// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/preprocess/input_meta.h"
#include "support/text.h"
#include "tensor/files.h"
#include "tensor/image.h"

namespace trireme {

namespace {

struct ImageSize {
  std::int64_t width, height, channels;
};

std::string wants(const Value& input) {
  return fmt::format("input '{}' wants {} {}", input.name, name_of(input.dtype), to_string(input.shape));
}

ImageSize size_of(const std::string& where, const Value& input, const InputPort& port) {
  if (port.category != "image") {
    throw Error(where, fmt::format("a picture, but {} and category '{}'", wants(input), port.category),
                "give a .npy or .tensor file, or set category: image in the inputmeta");
  }
  const bool planar = port.layout != "nhwc";
  if (input.shape.size() == 4 && input.shape[0] == 1) {
    const Shape& s = input.shape;
    const ImageSize size = planar ? ImageSize{s[3], s[2], s[1]} : ImageSize{s[2], s[1], s[3]};
    if (size.channels == 1 || size.channels == 3) return size;
  }
  throw Error(where, "a picture, but " + wants(input),
              "pictures fit one sample of 1 or 3 channels; give a .npy or .tensor file");
}

bool all_grey(const Image& image) {
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    if (image.pixels[i] != image.pixels[i + 1] || image.pixels[i] != image.pixels[i + 2]) return false;
  }
  return true;
}

// A grey picture stored as RGB is the same picture; anything else would feed the network what it was not
// trained on.
Image with_channels(const std::string& where, Image image, std::int64_t channels) {
  if (image.channels == channels) return image;
  if (channels == 1 && all_grey(image)) return to_channels(image, 1);
  throw Error(where,
              fmt::format("the picture has {}, the network wants {}",
                          image.channels == 1 ? "1 channel (grey)" : "3 channels (RGB)",
                          channels == 1 ? "1 (grey)" : "3 (RGB)"),
              channels == 1 ? "convert it to grey" : "convert it to RGB");
}

Image on_black(const Image& image, int width, int height) {
  Image canvas;
  canvas.width = width;
  canvas.height = height;
  canvas.channels = image.channels;
  const auto channels = static_cast<std::size_t>(image.channels);
  canvas.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * channels, 0);
  const auto left = static_cast<std::size_t>((width - image.width) / 2);
  const auto top = static_cast<std::size_t>((height - image.height) / 2);
  const std::size_t row = static_cast<std::size_t>(image.width) * channels;
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    const auto from = image.pixels.begin() + static_cast<std::ptrdiff_t>(y * row);
    const std::size_t to = ((top + y) * static_cast<std::size_t>(width) + left) * channels;
    std::copy(from, from + static_cast<std::ptrdiff_t>(row),
              canvas.pixels.begin() + static_cast<std::ptrdiff_t>(to));
  }
  return canvas;
}

// The largest part (fill) or smallest frame (whole) of the network's aspect ratio, in whole pixels, at least
// one.
Image fitted(const Image& image, const std::string& fitting, int width, int height) {
  if (fitting == "scale") return resize_bilinear(image, width, height);
  const std::int64_t w = image.width;
  const std::int64_t h = image.height;
  const bool wider = w * height > h * width;
  if (fitting == "fill") {
    const std::int64_t part_w = wider ? std::max<std::int64_t>(h * width / height, 1) : w;
    const std::int64_t part_h = wider ? h : std::max<std::int64_t>(w * height / width, 1);
    return resize_bilinear(crop_center(image, static_cast<int>(part_w), static_cast<int>(part_h)), width,
                           height);
  }
  const std::int64_t inner_w = wider ? width : std::max<std::int64_t>(w * height / h, 1);
  const std::int64_t inner_h = wider ? std::max<std::int64_t>(h * width / w, 1) : height;
  return on_black(resize_bilinear(image, static_cast<int>(inner_w), static_cast<int>(inner_h)), width,
                  height);
}

Image with_size(const std::string& where, const Image& image, const InputPort& port, const ImageSize& size) {
  if (image.width == size.width && image.height == size.height) return image;
  if (!port.resize) {
    throw Error(
        where,
        fmt::format("the picture is {} x {} pixels, the network wants {} x {}", image.width, image.height,
                    size.width, size.height),
        "resize the picture, or set resize: true (with fitting: scale, fill or whole) in the inputmeta");
  }
  return fitted(image, port.fitting, static_cast<int>(size.width), static_cast<int>(size.height));
}

float for_channel(const std::vector<float>& values, std::size_t channel, std::int64_t channels,
                  float fallback, const char* key, const InputPort& port) {
  if (values.empty()) return fallback;
  if (static_cast<std::int64_t>(values.size()) == channels) return values[channel];
  const bool alike =
      std::all_of(values.begin(), values.end(), [&](float value) { return value == values[0]; });
  if (alike) return values[0];
  throw Error(fmt::format("input '{}'", port.lid),
              fmt::format("{} has {} values for {} channels", key, values.size(), channels),
              "write one a channel in the inputmeta");
}

// (v - mean) * scale in float32 on interleaved pixels, then planes, then the order of the channels
// (formats.md §2).
Tensor normalized(const Image& image, const Value& input, const InputPort& port) {
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t pixels = image.pixels.size() / channels;
  const bool planar = port.layout != "nhwc";
  Tensor tensor(DataType::float32, input.shape);
  float* out = tensor.data<float>();
  for (std::size_t c = 0; c < channels; ++c) {
    const float mean = for_channel(port.mean, c, image.channels, 0, "mean", port);
    const float scale = for_channel(port.scale, c, image.channels, 1, "scale", port);
    const std::size_t to = port.reverse_channel ? channels - 1 - c : c;
    for (std::size_t p = 0; p < pixels; ++p) {
      const float value = (static_cast<float>(image.pixels[p * channels + c]) - mean) * scale;
      out[planar ? to * pixels + p : p * channels + to] = value;
    }
  }
  return tensor;
}

Tensor load_picture(const std::filesystem::path& file, const Value& input, const InputPort& port) {
  const std::string where = file.string();
  const ImageSize size = size_of(where, input, port);
  const Image image = with_size(where, with_channels(where, read_image(file), size.channels), port, size);
  return convert(normalized(image, input, port), input.dtype);
}

// The network's own type, or the stored one of a quantized network; other floats are converted.
Tensor load_npy(const std::filesystem::path& file, const Value& input) {
  const Tensor tensor = read_npy(file);
  if (tensor.shape != input.shape) {
    const bool no_batch = !input.shape.empty() && input.shape[0] == 1 &&
                          Shape(input.shape.begin() + 1, input.shape.end()) == tensor.shape;
    throw Error(file.string(), fmt::format("has shape {}, {}", to_string(tensor.shape), wants(input)),
                no_batch ? "only the batch dimension is missing: save array[None]"
                         : "a .npy is taken as it is, never preprocessed");
  }
  if (input.quantization.quantized() && tensor.dtype == input.quantization.dtype) return tensor;
  if (tensor.dtype == input.dtype) return tensor;
  if (is_float(tensor.dtype) && is_float(input.dtype)) return convert(tensor, input.dtype);
  throw Error(file.string(), fmt::format("holds {}, {}", name_of(tensor.dtype), wants(input)),
              "a .npy is taken as it is, never preprocessed");
}

// A NaN would become some code of the input's range, and a wrong answer without a word.
void require_finite(const std::filesystem::path& file, const Tensor& tensor) {
  if (!is_float(tensor.dtype)) return;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const double value = element(tensor, i);
    if (!std::isfinite(value))
      throw Error(file.string(), fmt::format("element {} is {}", i, value), "inputs are finite numbers");
  }
}

Tensor load_any(const std::filesystem::path& file, const Value& input, const InputPort& port) {
  if (is_image_name(file)) return load_picture(file, input, port);
  const std::string extension = to_lower(file.extension().string());
  if (extension == ".npy") return load_npy(file, input);
  if (extension == ".tensor" || extension == ".txt")
    return convert(read_text_tensor(file, input.shape), input.dtype);
  if (extension == ".dat") {
    return read_dat(file, input.quantization.quantized() ? input.quantization.dtype : input.dtype,
                    input.shape);
  }
  if (std::filesystem::is_directory(file)) throw Error(file.string(), "is a folder", "name a file in it");
  throw Error(file.string(), fmt::format("'{}' says nothing about what the file holds", extension),
              "named are .jpg .jpeg .png .bmp, .npy, .tensor or .txt, .dat");
}

}  // namespace

Tensor load_input(const std::filesystem::path& file, const Value& input, const InputPort& port) {
  Tensor tensor = load_any(file, input, port);
  require_finite(file, tensor);
  return tensor;
}

}  // namespace trireme
