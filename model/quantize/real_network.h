// SPDX-License-Identifier: Apache-2.0
// A network without codes: how `--dtype float32` and `--dtype float16` run a model, whatever scales it
// brought.
#pragma once

#include "model/graph/graph.h"

namespace trireme {

// Drops all quantization: codes become the real numbers they stand for, `quantize` and `dequantize` pass on
// what they get. With `stored` float16, every real number is stored in half precision (constants are rounded
// now), and still computed in float32.
void make_real(Graph& graph, DataType stored);

}  // namespace trireme
