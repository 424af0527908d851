// SPDX-License-Identifier: Apache-2.0
// Inside sim/nne only: the input of a convolution as a matrix, one row a term of the dot product, one column
// an output pixel.
#pragma once

#include "sim/nne/convolution_shape.h"

namespace trireme {

// Every output pixel is the dot product over one input pixel: the input is the matrix.
bool is_pointwise(const NneJob& job, const ConvolutionShape& s);

// Columns of the output rows [first, first + rows) into out[terms][rows * out_w]: the group's codes less
// `shift`, beyond the map `border`.
template <typename Code, typename Real>
void unfold(const NneJob& job, const ConvolutionShape& s, const Code* planes, std::int32_t shift, Real border,
            std::int64_t first, std::int64_t rows, Real* out);

}  // namespace trireme
