// SPDX-License-Identifier: Apache-2.0
// Strides, dilations and pads of TensorFlow Lite's windows, as numbers.
#pragma once

#include "model/import/tflite/node_reader.h"

namespace trireme {

// Kernel, strides and dilations are set; fills in the pads. SAME: as many outputs as strides fit into the
// input, the odd row or column behind. Complains and leaves on sizes out of range.
void resolve_padding(TfliteNode& node, tflite_file::Padding padding, std::int64_t height, std::int64_t width,
                     Window& window);

// [n,h,w,c], else complains and leaves.
const Shape& image_shape(TfliteNode& node, std::size_t input);

}  // namespace trireme
