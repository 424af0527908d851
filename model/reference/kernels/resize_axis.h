// SPDX-License-Identifier: Apache-2.0
// Inside image_resize: where the elements of one resized axis lie in the input.
#pragma once

#include "model/graph/attributes.h"
#include "tensor/tensor.h"

namespace trireme::kernels {

// Of output element `index` along `axis`, in float32 as ONNX Runtime calculates it (a pixel on an edge may
// fall to either side). `in`: the input's size.
float source_coordinate(const ResizeAttributes& attributes, std::size_t axis, std::int64_t index,
                        std::int64_t in);

// Coordinates of tf_crop_and_resize before the first or behind the last element get the extrapolation value.
bool is_cropped(const ResizeAttributes& attributes, float coordinate, std::int64_t in);

// float32 of any rank, not antialiased.
Tensor interpolate_linear(const Tensor& in, const ResizeAttributes& attributes);

}  // namespace trireme::kernels
