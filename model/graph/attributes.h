// SPDX-License-Identifier: Apache-2.0
// One attribute struct an operator. Operators not listed here (relu, add, sigmoid, tanh, …) have none.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace trireme {

struct Window {  // of convolutions and pools; sizes in elements, pads may be uneven
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

// op "convolution": inputs data, weight [, bias]
struct ConvolutionAttributes {
  Window window;
  std::int64_t groups = 1;
  // The source model says depthwise, which groups alone don't tell when there is one input channel:
  // TensorFlow Lite rounds the two kernels differently (numerics.md §3.2).
  bool depthwise = false;
};

// op "deconvolution": inputs data, weight [in,out/groups,kh,kw] [, bias]. The output has
// (in - 1) * stride + dilation * (kernel - 1) + 1 + output_pad - pads rows and columns.
struct DeconvolutionAttributes {
  Window window;
  std::int64_t groups = 1;
  std::int64_t output_pad_h = 0, output_pad_w = 0;
};

// op "pooling": one input. Global pooling is a window of the whole map. lp: (sum |x|^p)^(1/p).
// op "poolwithargmax": the same with type max and a second output, int64: flat index into the whole input,
// row-major, or with columns before rows if `index_column_major`.
struct PoolingAttributes {
  enum class Type : std::uint8_t { max, avg, lp };
  Type type = Type::max;
  Window window;
  bool ceil_mode = false;
  bool count_include_pad = false;
  std::int64_t p = 2;
  bool index_column_major = false;
};

// op "fullconnect": inputs data, weight [out,in] [, bias]; data is flattened from `axis` on.
struct FullconnectAttributes {
  std::int64_t axis = 1;
};

struct SoftmaxAttributes {
  std::int64_t axis = -1;
};  // op "softmax"; non-negative after shape inference
struct LeakyReluAttributes {
  float leaky_ratio = 0.01F;
};  // op "leakyrelu"
struct ClipAttributes {
  float min = 0, max = 6;
};  // op "relun": relu_clamp_bottom, relu_clamp_top
struct ReshapeAttributes {
  Shape shape;
};  // op "reshape": the resolved shape, no 0 or -1
struct PermuteAttributes {
  std::vector<std::int64_t> perm;
};  // op "permute": output axis i is input axis perm[i]
struct BatchNormAttributes {
  float eps = 1e-5F;
};  // op "batchnormalize": data, gamma, beta, mean, variance
struct ConcatAttributes {
  std::int64_t axis = 1;
};  // op "concat"

// Activations and unary functions with parameters.
struct EluAttributes {
  float alpha = 1;
};  // op "elu": x > 0 ? x : alpha (e^x - 1); op "celu": max(0, x) + min(0, alpha (e^(x/alpha) - 1))
struct SeluAttributes {
  float alpha = 1.67326319F, gamma = 1.05070102F;
};  // op "selu"
struct HardSigmoidAttributes {
  float alpha = 0.2F, beta = 0.5F;
};  // op "hard_sigmoid": min(1, max(0, alpha x + beta))
struct SwishAttributes {
  float beta = 1;
};  // op "swish": x * sigmoid(beta x); SiLU is beta 1
struct GeluAttributes {
  bool tanh_approximation = false;
};  // op "gelu"
struct ThresholdAttributes {
  float alpha = 1;
};  // op "thresholdedrelu": x > alpha ? x : 0

// Data movement. Axes are non-negative after shape inference.
struct SplitAttributes {
  std::int64_t axis = 0;
  std::vector<std::int64_t> sizes;  // one an output
};                                  // op "split"
struct SliceAttributes {
  std::vector<std::int64_t> begin, size, step;  // one an axis: element i of an axis is begin + i * step
};                                              // op "slice"; steps may be negative
struct PadAttributes {
  enum class Mode : std::uint8_t { constant, reflect, edge, wrap };
  Mode mode = Mode::constant;
  std::vector<std::int64_t> before, after;  // one an axis; negative ones crop
  double value = 0;                         // real number, constant mode
};                                          // op "pad"
struct ExpandAttributes {
  Shape shape;
};  // op "expand": broadcast to this output shape
struct TileAttributes {
  std::vector<std::int64_t> repeats;
};  // op "tile"
struct GatherAttributes {
  std::int64_t axis = 0;
};  // op "gather": data, indices (any shape); op "gather_elements": data, indices of the output's shape
struct GatherNdAttributes {
  std::int64_t batch_dims = 0;
};  // op "gathernd": data, indices
struct ScatterAttributes {
  enum class Reduction : std::uint8_t { none, add, mul, max, min };
  std::int64_t axis = 0;  // scatter_elements only
  Reduction reduction = Reduction::none;
};  // op "scatternd", "scatter_elements": data, indices, updates
struct BlockAttributes {
  std::int64_t block_h = 2, block_w = 2;
  bool column_row_depth = false;  // depth2space: ONNX's mode CRD, else DCR
};                                // op "depth2space", "space2depth" on [N,C,H,W]
struct ResizeAttributes {
  enum class Method : std::uint8_t { nearest, linear, cubic };
  enum class Coordinates : std::uint8_t {
    half_pixel,
    half_pixel_symmetric,
    pytorch_half_pixel,
    asymmetric,
    align_corners,
    tf_half_pixel_for_nn,
    tf_crop_and_resize
  };
  enum class Nearest : std::uint8_t { round_prefer_floor, round_prefer_ceil, floor, ceil };
  Method method = Method::nearest;
  Coordinates coordinates = Coordinates::half_pixel;
  Nearest nearest = Nearest::round_prefer_floor;
  Shape shape;                // of the output, all axes
  std::vector<float> scales;  // one an axis, as the coordinate formulas use them
  std::vector<float> roi;     // tf_crop_and_resize: starts, then ends, one an axis each
  float cubic_coefficient = -0.75F;
  float extrapolation_value = 0;
  bool exclude_outside = false;
  bool antialias = false;
};  // op "image_resize"

// Reductions.
struct ReduceAttributes {
  enum class Type : std::uint8_t { sum, mean, max, min, prod, l1, l2, log_sum, log_sum_exp, sum_square };
  Type type = Type::sum;
  std::vector<std::int64_t> axes;  // ascending; all axes are listed, none means nothing is reduced
  bool keep_dims = true;
};  // op "reduce"
struct ArgAttributes {
  std::int64_t axis = 0;
  bool keep_dims = true;
  bool select_last_index = false;
  DataType dtype = DataType::int64;  // of the result
};                                   // op "argmax", "argmin"
struct TopkAttributes {
  std::int64_t axis = -1;
  std::int64_t k = 1;
  bool largest = true, sorted = true;
  DataType index_dtype = DataType::int64;
};  // op "topk": outputs values, indices; equal values: the lower index first
struct CumsumAttributes {
  std::int64_t axis = 0;
  bool exclusive = false, reverse = false;
};  // op "cumsum"
struct OneHotAttributes {
  std::int64_t axis = -1;
  std::int64_t depth = 1;
};  // op "one_hot": indices, values [off, on]

// Normalisations.
struct LrnAttributes {
  std::int64_t size = 5;
  float alpha = 1e-4F, beta = 0.75F, bias = 1;
};  // op "localresponsenormalization": x / (bias + alpha / size * sum x^2)^beta over channels
struct NormAttributes {
  std::int64_t axis = 1;    // layernormalize, rmsnormalize: first normalized axis; l2normalize: the axis
  std::int64_t groups = 1;  // groupnormalize
  float eps = 1e-5F;
  std::int64_t p = 2;  // l2normalize: 1 or 2
};  // op "instancenormalize", "groupnormalize", "layernormalize", "rmsnormalize" (data, gamma [, beta]; gamma
    // and beta broadcast: per channel for the first two), "l2normalize" (data)

struct CastAttributes {
  DataType dtype = DataType::float32;
};  // op "cast": ONNX's rules: float to integer truncates, anything to boolean is x != 0

// Recurrent. ops "rnn" (X, W, R [, B, sequence_lens, initial_h]; outputs Y, Y_h; one activation a direction),
// "lstm" (X, W, R [, B, sequence_lens, initial_h, initial_c, P]; outputs Y, Y_h, Y_c) and "gru" (X, W, R [,
// B, sequence_lens, initial_h]; outputs Y, Y_h), operands laid out as ONNX has them; an omitted input is
// kNone. Output names that are unused still exist.
struct RecurrentAttributes {
  enum class Direction : std::uint8_t { forward, reverse, bidirectional };
  enum class Activation : std::uint8_t {
    sigmoid,
    tanh,
    relu,
    hard_sigmoid,
    softsign,
    softplus,
    affine,
    leakyrelu,
    elu
  };
  Direction direction = Direction::forward;
  std::int64_t hidden_size = 1;
  std::vector<Activation> activations;                   // for each direction: lstm f, g, h; gru f, g
  std::vector<float> activation_alpha, activation_beta;  // parallel to activations
  float clip = 0;                                        // 0: none
  bool input_forget = false;                             // lstm
  bool linear_before_reset = false;                      // gru
  bool batch_first = false;                              // ONNX's layout 1
};

// op "nms": boxes, scores [, max_output_boxes_per_class, iou_threshold, score_threshold]; the last three are
// constants, read at import. The number of selected boxes depends on the data: the output has `rows` rows,
// unused ones are -1.
struct NmsAttributes {
  bool center_point_box = false;
  std::int64_t max_output_boxes_per_class = 0;
  float iou_threshold = 0;
  float score_threshold = 0;
  bool has_score_threshold = false;
  std::int64_t rows = 0;
};

// Operators without attributes:
//   unary     relu sigmoid tanh hard_swish mish softrelu softsign erf exp log sqrt rsqrt abs neg sign
//   reciprocal floor
//             ceil round (ties to even) sin cos tan asin acos atan sinh cosh asinh acosh atanh logical_not
//             square
//   binary    add subtract multiply divide pow maximum minimum mod (sign of the divisor) fmod equal not_equal
//   greater
//             greater_equal less less_equal logical_and logical_or logical_xor prelu (data, slope); all
//             broadcast
//   others    where (condition, a, b; broadcast), matmul (batched as NumPy's), is_nan, is_inf
//   quantize  real numbers or codes -> codes of the output's parameters; dequantize: codes -> float32
//   dynamic_quantize  x -> uint8 codes, float32 scale, uint8 zero point (ONNX's DynamicQuantizeLinear)
//   matmul_integer, convolution_integer (with ConvolutionAttributes): codes a, b [, zero point a, zero point
//   b] -> int32

}  // namespace trireme
