// SPDX-License-Identifier: Apache-2.0
// libjpeg reports errors by a callback that must not return. It jumps back with longjmp: an exception would
// have to pass through C frames. Functions that call setjmp therefore hold no object with a destructor.
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>

#include "support/error.h"
#include "tensor/image_codecs.h"

namespace trireme {

namespace {

// Each scan of a progressive file runs over all blocks; a few bytes a scan would keep us busy for hours
// (libjpeg-turbo's own tools have -maxscans for this). Encoders write about ten.
constexpr int most_scans = 100;
// Two blocks cannot share a bit of their DC coefficient: 64 pixels a bit, 512 a byte, and some for the
// header.
constexpr std::uint64_t most_pixels_per_byte = 512;

struct ErrorManager {
  jpeg_error_mgr base;  // first: libjpeg knows only this part
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void jump_out(j_common_ptr info) {
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  info->err->format_message(info, manager->message);
  std::longjmp(manager->jump, 1);
}

// Negative levels are warnings: corrupt data that libjpeg would paint over with grey.
void on_message(j_common_ptr info, int level) {
  if (level < 0) jump_out(info);
}

void on_progress(j_common_ptr info) {
  if (!info->is_decompressor) return;
  const auto* decoder = reinterpret_cast<const jpeg_decompress_struct*>(info);
  if (decoder->input_scan_number <= most_scans) return;
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  std::snprintf(manager->message, sizeof manager->message, "more than %d scans", most_scans);
  std::longjmp(manager->jump, 1);
}

class JpegDecoder {
 public:
  JpegDecoder() {
    decoder_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = jump_out;
    errors_.base.emit_message = on_message;
    progress_.progress_monitor = on_progress;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&decoder_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  bool read_header(const unsigned char* data, unsigned long size) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&decoder_);
    decoder_.progress = &progress_;
    jpeg_mem_src(&decoder_, data, size);
    jpeg_read_header(&decoder_, TRUE);
    return true;
  }

  // Rows of width * channels bytes, top row first.
  bool read_pixels(unsigned char* pixels, std::size_t row_bytes, bool grey) {
    if (setjmp(errors_.jump) != 0) return false;
    decoder_.out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
    decoder_.dct_method = JDCT_ISLOW;  // exact integers: the same bytes on every machine
    jpeg_start_decompress(&decoder_);
    while (decoder_.output_scanline < decoder_.output_height) {
      JSAMPROW row = pixels + decoder_.output_scanline * row_bytes;
      jpeg_read_scanlines(&decoder_, &row, 1);
    }
    jpeg_finish_decompress(&decoder_);  // reads to the end marker, so that a file cut after the pixels fails
    return true;
  }

  const jpeg_decompress_struct& info() const { return decoder_; }
  const char* message() const { return errors_.message; }

 private:
  jpeg_decompress_struct decoder_ = {};
  jpeg_progress_mgr progress_ = {};
  ErrorManager errors_ = {};
};

}  // namespace

Image decode_jpeg(const Bytes& bytes, const std::string& where) {
  JpegDecoder decoder;
  if (!decoder.read_header(bytes.data(), bytes.size())) damaged_image(where, "JPEG", decoder.message());
  const auto& info = decoder.info();
  const bool grey = info.jpeg_color_space == JCS_GRAYSCALE;
  if (!grey && info.jpeg_color_space != JCS_YCbCr && info.jpeg_color_space != JCS_RGB) {
    throw Error(where, "a JPEG in CMYK or another colour space that is neither grey nor RGB",
                "save it as RGB");
  }
  const int channels = grey ? 1 : 3;
  const std::uint64_t most_bytes = most_pixels_per_byte * bytes.size() * static_cast<std::uint64_t>(channels);
  Image image = allocate_image(info.image_width, info.image_height, channels, most_bytes, where);
  const auto row_bytes = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(channels);
  if (!decoder.read_pixels(image.pixels.data(), row_bytes, grey))
    damaged_image(where, "JPEG", decoder.message());
  return image;
}

}  // namespace trireme
