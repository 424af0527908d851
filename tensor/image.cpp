// SPDX-License-Identifier: Apache-2.0
#include "tensor/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "support/error.h"
#include "support/text.h"
#include "tensor/image_codecs.h"

namespace trireme {

namespace {

constexpr std::uint64_t longest_side = 16384;
constexpr std::uint64_t largest_file = std::uint64_t{1} << 30;

bool begins_with(const Bytes& bytes, std::string_view signature) {
  return bytes.size() >= signature.size() &&
         std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

}  // namespace

Image allocate_image(std::uint64_t width, std::uint64_t height, int channels, std::uint64_t most_bytes,
                     const std::string& where) {
  if (width == 0 || height == 0)
    throw Error(where, fmt::format("a picture of {} x {} pixels", width, height));
  if (width > longest_side || height > longest_side) {
    throw Error(where, fmt::format("a picture of {} x {} pixels is too large", width, height),
                fmt::format("at most {} x {}", longest_side, longest_side));
  }
  const std::uint64_t size = width * height * static_cast<std::uint64_t>(channels);
  if (size > most_bytes) {
    throw Error(
        where,
        fmt::format("damaged picture: {} x {} pixels cannot come from a file this small", width, height),
        "the file is truncated or was changed");
  }
  Image image;
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.channels = channels;
  image.pixels.resize(static_cast<std::size_t>(size));
  return image;
}

void damaged_image(const std::string& where, const char* format, const std::string& what) {
  throw Error(where, fmt::format("damaged {}: {}", format, what), "the file is truncated or was changed");
}

Image read_image(const std::filesystem::path& path) {
  const std::string where = path.string();
  const Bytes bytes = read_file(path, largest_file);
  if (begins_with(bytes, "\xFF\xD8\xFF")) return decode_jpeg(bytes, where);
  if (begins_with(bytes, "\x89PNG\r\n\x1A\n")) return decode_png(bytes, where);
  if (begins_with(bytes, "BM")) return decode_bmp(bytes, where);
  throw Error(where, bytes.empty() ? "the file is empty" : "not a picture that can be read",
              "JPEG, PNG and BMP can, told apart by their content");
}

bool is_image_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> extensions = {".jpg", ".jpeg", ".png", ".bmp"};
  return std::find(extensions.begin(), extensions.end(), to_lower(path.extension().string())) !=
         extensions.end();
}

}  // namespace trireme
