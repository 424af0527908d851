// SPDX-License-Identifier: Apache-2.0
// Inside tensor only: one decoder a picture format.
#pragma once

#include <string>

#include "support/files.h"
#include "tensor/image.h"

namespace trireme {

// Each is called with bytes that begin with the signature of its format; every Error begins with `where`.
Image decode_jpeg(const Bytes& bytes, const std::string& where);
Image decode_png(const Bytes& bytes, const std::string& where);
Image decode_bmp(const Bytes& bytes, const std::string& where);

// Checks what a header claims and allocates the pixels. `most_bytes` is how many bytes of pixels the file can
// hold at all, so that a small file cannot ask for a lot of memory.
Image allocate_image(std::uint64_t width, std::uint64_t height, int channels, std::uint64_t most_bytes,
                     const std::string& where);

[[noreturn]] void damaged_image(const std::string& where, const char* format, const std::string& what);

}  // namespace trireme
