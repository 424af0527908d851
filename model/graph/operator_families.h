// SPDX-License-Identifier: Apache-2.0
// The families of operators, one file each in model/graph/operators/. A new family is declared here and
// listed in operators.cpp; a new operator is one row in its family's file.
#pragma once

#include <vector>

#include "model/graph/operators.h"

namespace trireme {

using OperatorFamily = std::vector<Operator>;

const OperatorFamily& convolution_operators();
const OperatorFamily& pooling_operators();
const OperatorFamily& dense_operators();
const OperatorFamily& activation_operators();
const OperatorFamily& normalization_operators();
const OperatorFamily& elementwise_operators();
const OperatorFamily& shape_operators();
const OperatorFamily& quantization_operators();
const OperatorFamily& movement_operators();
const OperatorFamily& indexing_operators();
const OperatorFamily& resize_operators();
const OperatorFamily& reduction_operators();
const OperatorFamily& unary_operators();
const OperatorFamily& integer_operators();
const OperatorFamily& recurrent_operators();
const OperatorFamily& detection_operators();

}  // namespace trireme
