// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/old_operator_sets.h"

#include <unordered_map>

namespace trireme {

namespace {

// The operator set since which a definition holds that set 7 only widened (Operators.md and Changelog.md of
// ONNX). Version 6 of most functions of one element dropped the attribute consumed_inputs. What set 7 changed
// (broadcasting of two operands, Gemm, BatchNormalization, Dropout, PRelu, Upsample, recurrent layers) is not
// here.
const std::unordered_map<std::string, std::int64_t>& first_sets() {
  static const std::unordered_map<std::string, std::int64_t> sets = {{"Abs", 6},
                                                                     {"ArgMax", 1},
                                                                     {"ArgMin", 1},
                                                                     {"AveragePool", 1},
                                                                     {"Cast", 6},
                                                                     {"Ceil", 6},
                                                                     {"Clip", 6},
                                                                     {"Concat", 4},
                                                                     {"Constant", 1},
                                                                     {"Conv", 1},
                                                                     {"ConvTranspose", 1},
                                                                     {"DepthToSpace", 1},
                                                                     {"Elu", 6},
                                                                     {"Exp", 6},
                                                                     {"Flatten", 1},
                                                                     {"Floor", 6},
                                                                     {"Gather", 1},
                                                                     {"GlobalAveragePool", 1},
                                                                     {"GlobalLpPool", 2},
                                                                     {"GlobalMaxPool", 1},
                                                                     {"HardSigmoid", 6},
                                                                     {"Identity", 1},
                                                                     {"InstanceNormalization", 6},
                                                                     {"LRN", 1},
                                                                     {"LeakyRelu", 6},
                                                                     {"Log", 6},
                                                                     {"LogSoftmax", 1},
                                                                     {"LpNormalization", 1},
                                                                     {"LpPool", 2},
                                                                     {"MatMul", 1},
                                                                     {"Max", 6},
                                                                     {"MaxPool", 1},
                                                                     {"Mean", 6},
                                                                     {"Min", 6},
                                                                     {"Neg", 6},
                                                                     {"Not", 1},
                                                                     {"Pad", 2},
                                                                     {"Reciprocal", 6},
                                                                     {"ReduceL1", 1},
                                                                     {"ReduceL2", 1},
                                                                     {"ReduceLogSum", 1},
                                                                     {"ReduceLogSumExp", 1},
                                                                     {"ReduceMax", 1},
                                                                     {"ReduceMean", 1},
                                                                     {"ReduceMin", 1},
                                                                     {"ReduceProd", 1},
                                                                     {"ReduceSum", 1},
                                                                     {"ReduceSumSquare", 1},
                                                                     {"Relu", 6},
                                                                     {"Reshape", 5},
                                                                     {"Selu", 6},
                                                                     {"Shape", 1},
                                                                     {"Sigmoid", 6},
                                                                     {"Size", 1},
                                                                     {"Slice", 1},
                                                                     {"Softmax", 1},
                                                                     {"Softplus", 1},
                                                                     {"Softsign", 1},
                                                                     {"SpaceToDepth", 1},
                                                                     {"Split", 2},
                                                                     {"Sqrt", 6},
                                                                     {"Squeeze", 1},
                                                                     {"Sum", 6},
                                                                     {"Tanh", 6},
                                                                     {"ThresholdedRelu", 1},
                                                                     {"Tile", 6},
                                                                     {"Transpose", 1},
                                                                     {"Unsqueeze", 1}};
  return sets;
}

}  // namespace

bool means_the_same(const std::string& op_type, std::int64_t opset) {
  const auto found = first_sets().find(op_type);
  return found != first_sets().end() && found->second <= opset;
}

}  // namespace trireme
