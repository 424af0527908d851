// SPDX-License-Identifier: Apache-2.0
// stb_image reads zeros past the end of the data and palette entries that are not there. So the header is
// read and held against the file here first. Layout: Microsoft, "Bitmap Storage", BITMAPINFOHEADER and later.
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#include <fmt/format.h>
#include <stb/stb_image.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "support/error.h"
#include "tensor/image_codecs.h"

namespace trireme {

namespace {

constexpr std::uint32_t file_header = 14;
constexpr std::uint32_t info_header = 40;  // BITMAPINFOHEADER; 108 and 124: versions 4 and 5
constexpr std::uint32_t uncompressed = 0, bit_fields = 3;

struct BmpHeader {
  std::uint32_t data_offset = 0;
  std::uint32_t header_size = 0;
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::uint32_t bits = 0;
  std::uint32_t compression = 0;

  bool has_palette() const { return bits <= 8; }
  std::uint32_t palette_offset() const { return file_header + header_size; }
  // stb_image takes all that lies before the pixels for the palette; so do we.
  std::uint32_t palette_entries() const { return (data_offset - palette_offset()) / 4; }
  std::uint64_t row_bytes() const { return (width * bits + 31) / 32 * 4; }
};

std::uint32_t little_endian(const Bytes& bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = count; i-- > 0;) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

void require_supported(const BmpHeader& header, const std::string& where) {
  const bool known_size =
      header.header_size == info_header || header.header_size == 108 || header.header_size == 124;
  const bool wide = header.bits == 16 || header.bits == 32;
  const bool known_bits =
      header.bits == 1 || header.bits == 4 || header.bits == 8 || header.bits == 24 || wide;
  const bool known_packing = header.compression == uncompressed || (header.compression == bit_fields && wide);
  if (known_size && known_bits && known_packing) return;
  throw Error(where,
              fmt::format("a BMP of a kind that cannot be read ({} byte header, {} bits, compression {})",
                          header.header_size, header.bits, header.compression),
              "save it uncompressed, with 8 or 24 bits, or as PNG");
}

BmpHeader read_header(const Bytes& bytes, const std::string& where) {
  if (bytes.size() < file_header + info_header)
    damaged_image(where, "BMP", "the file ends within its header");
  BmpHeader header;
  header.data_offset = little_endian(bytes, 10, 4);
  header.header_size = little_endian(bytes, 14, 4);
  header.width = little_endian(bytes, 18, 4);
  const auto height = static_cast<std::int32_t>(little_endian(bytes, 22, 4));
  header.height = static_cast<std::uint64_t>(std::abs(std::int64_t{height}));
  header.bits = little_endian(bytes, 28, 2);
  header.compression = little_endian(bytes, 30, 4);
  require_supported(header, where);
  if (header.data_offset < header.palette_offset() || header.data_offset > bytes.size()) {
    damaged_image(where, "BMP", fmt::format("the pixels begin at byte {}", header.data_offset));
  }
  return header;
}

// A palette index without an entry would be a colour out of nowhere.
void require_known_colours(const BmpHeader& header, const Bytes& bytes, const std::string& where) {
  const std::uint32_t mask = (1U << header.bits) - 1;
  for (std::uint64_t y = 0; y < header.height; ++y) {
    const std::uint64_t row = header.data_offset + y * header.row_bytes();
    for (std::uint64_t x = 0; x < header.width; ++x) {
      const std::uint64_t bit = x * header.bits;
      const std::uint32_t index = bytes[row + bit / 8] >> (8 - header.bits - bit % 8) & mask;
      if (index >= header.palette_entries()) {
        damaged_image(where, "BMP",
                      fmt::format("colour {} of a palette of {}", index, header.palette_entries()));
      }
    }
  }
}

bool has_grey_palette(const BmpHeader& header, const Bytes& bytes) {
  const std::uint32_t entries = std::min(header.palette_entries(), 1U << header.bits);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint8_t* entry = &bytes[header.palette_offset() + std::size_t{4} * i];
    if (entry[0] != entry[1] || entry[1] != entry[2]) return false;
  }
  return true;
}

}  // namespace

Image decode_bmp(const Bytes& bytes, const std::string& where) {
  const BmpHeader header = read_header(bytes, where);
  const std::uint64_t pixel_bytes = bytes.size() - header.data_offset;
  // A byte holds at most eight pixels.
  Image image = allocate_image(header.width, header.height, 3, pixel_bytes * 8 * 3, where);
  if (pixel_bytes < header.row_bytes() * header.height)
    damaged_image(where, "BMP", "the file ends within its pixels");
  if (header.has_palette()) require_known_colours(header, bytes, where);

  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels, 3),
      stbi_image_free);
  if (!pixels) damaged_image(where, "BMP", stbi_failure_reason());
  if (width != image.width || height != image.height) internal_error("stb_image reads another BMP size");
  std::memcpy(image.pixels.data(), pixels.get(), image.pixels.size());
  if (header.has_palette() && has_grey_palette(header, bytes)) return to_channels(image, 1);
  return image;
}

}  // namespace trireme
