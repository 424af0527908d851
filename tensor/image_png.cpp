// SPDX-License-Identifier: Apache-2.0
// libpng reports errors by longjmp too: see image_jpeg.cpp.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "support/error.h"
#include "tensor/image_codecs.h"

namespace trireme {

namespace {

constexpr std::uint64_t deflate_expansion = 1032;  // 258 bytes from 2 bits (RFC 1951)

struct Input {
  const std::uint8_t* next;
  std::size_t left;
};

struct Message {
  char text[200];
};

void read_input(png_structp png, png_bytep target, png_size_t bytes) {
  auto* input = static_cast<Input*>(png_get_io_ptr(png));
  if (bytes > input->left) png_error(png, "the file ends early");
  std::memcpy(target, input->next, bytes);
  input->next += bytes;
  input->left -= bytes;
}

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* message = static_cast<Message*>(png_get_error_ptr(png));
  std::snprintf(message->text, sizeof message->text, "%s", text);
  png_longjmp(png, 1);
}

// Remarks on colour profiles and the like. Damage is an error: see the CRC action below.
void on_warning(png_structp, png_const_charp) {}

class PngDecoder {
 public:
  explicit PngDecoder(const Bytes& bytes) : input_{bytes.data(), bytes.size()} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &message_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) internal_error("libpng cannot be set up");
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, &input_, read_input);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT,
                       PNG_CRC_ERROR_QUIT);  // by default damaged extras are skipped
    png_read_info(png_, info_);
    return true;
  }

  // Eight bits a sample, without alpha, palettes expanded.
  bool set_output(bool grey) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_expand(png_);
    png_set_scale_16(png_);  // rounds; png_set_strip_16 would cut off
    png_set_strip_alpha(png_);
    // The samples of a grey palette are equal, any of the three is the grey value.
    if (grey && palette()) png_set_rgb_to_gray_fixed(png_, PNG_ERROR_ACTION_NONE, -1, -1);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_pixels(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);  // the checksums up to the end
    return true;
  }

  bool palette() const { return png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE; }

  // Greyscale, or a palette of nothing but greys.
  bool grey() const {
    if (!palette()) return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) == 0;
    png_colorp colours = nullptr;
    int count = 0;
    png_get_PLTE(png_, info_, &colours, &count);
    return std::all_of(colours, colours + count,
                       [](const png_color& c) { return c.red == c.green && c.green == c.blue; });
  }

  std::uint64_t width() const { return png_get_image_width(png_, info_); }
  std::uint64_t height() const { return png_get_image_height(png_, info_); }
  std::uint64_t bits_per_pixel() const {
    return std::uint64_t{png_get_bit_depth(png_, info_)} * png_get_channels(png_, info_);
  }
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  const char* message() const { return message_.text; }

 private:
  Input input_;
  Message message_ = {};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

Image decode_png(const Bytes& bytes, const std::string& where) {
  PngDecoder decoder(bytes);
  if (!decoder.read_header()) damaged_image(where, "PNG", decoder.message());
  const bool grey = decoder.grey();
  const int channels = grey ? 1 : 3;
  // A pixel of fewer bits than a byte makes a byte a channel.
  const std::uint64_t most_pixels = deflate_expansion * bytes.size() * 8 / decoder.bits_per_pixel();
  Image image = allocate_image(decoder.width(), decoder.height(), channels,
                               most_pixels * static_cast<std::uint64_t>(channels), where);
  if (!decoder.set_output(grey)) damaged_image(where, "PNG", decoder.message());
  const auto row_bytes = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(channels);
  if (decoder.row_bytes() != row_bytes) internal_error("a PNG row of another size than its pixels");
  std::vector<png_bytep> rows;
  for (int y = 0; y < image.height; ++y) {
    rows.push_back(image.pixels.data() + static_cast<std::size_t>(y) * row_bytes);
  }
  if (!decoder.read_pixels(rows.data())) damaged_image(where, "PNG", decoder.message());
  return image;
}

}  // namespace trireme
