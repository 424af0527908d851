# SPDX-License-Identifier: Apache-2.0
"""Convolutions, dense layers, pools and resizing."""
import numpy as np

from random_parameters import FLOAT, array, codes, image, is_codes, near, scale, zero_point
from registry import ALL, EIGHT_BITS, operator
from sheet import RELU, RELU6, RELU_N1_TO_1, Case, Codes


def activation(rng):
    return int(rng.choice([0, 0, RELU, RELU6, RELU_N1_TO_1]))


def weight(rng, dtype, shape, axis, zero=False):
    """uint8 weights have one scale and any zero point; those of int8 and int16 data are int8, a scale a channel."""
    if dtype == FLOAT:
        return rng.normal(0, 0.5, shape).astype(np.float32), None
    if dtype == "uint8":
        return array(rng, dtype, shape), Codes(scale(rng, 0.001, 0.05), zero_point(rng, dtype))
    channels = shape[axis] if rng.random() < 0.7 and axis is not None else 1
    scales = [scale(rng, 0.001, 0.05) for _ in range(channels)]
    return rng.integers(-127, 128, shape).astype(np.int8), Codes(scales, [0] * channels, axis or 0)


def bias(rng, dtype, count, data_codes, weight_codes, narrow=False):
    """int16 data goes with 64 bits; convolution and fully connected take 32 bits as well."""
    if dtype == FLOAT:
        return rng.normal(0, 1, count).astype(np.float32), None
    wide = "int64" if dtype == "int16" and not narrow else "int32"
    scales = [data_codes.scale[0] * s for s in weight_codes.scale]
    most = 1 << 22 if dtype == "int16" else 1 << 13
    return rng.integers(-most, most, count).astype(wide), Codes(scales, [0] * len(scales), 0)


def layer(rng, dtype, case, data_shape, weight_shape, axis, outputs, terms, with_bias=True):
    data_codes = codes(rng, dtype)
    values, weight_codes = weight(rng, dtype, weight_shape, axis)
    case.data(array(rng, dtype, data_shape), data_codes).const(values, weight_codes)
    if with_bias:
        narrow = case.op != "DEPTHWISE_CONV_2D" and rng.random() < 0.3
        case.const(*bias(rng, dtype, outputs, data_codes, weight_codes, narrow))
    out = None
    if is_codes(dtype):
        spread = data_codes.scale[0] * max(weight_codes.scale) * 60 * np.sqrt(terms)
        spread *= 1 if dtype == "int16" else rng.uniform(0.3, 3)
        out = Codes(spread, zero_point(rng, dtype))
    return case.out(dtype, out)


def window_fields(rng, dilated):
    dilation = int(rng.choice([1, 2, 3])) if dilated else 1
    stride = 1 if dilation > 1 else int(rng.integers(1, 4))
    return {"padding": int(rng.integers(0, 2)), "stride_w": stride, "stride_h": stride,
            "dilation_w_factor": dilation, "dilation_h_factor": dilation,
            "fused_activation_function": activation(rng)}


def kernel_within(rng, data_shape, dilation):
    fits = [k for k in (1, 2, 3, 5) if (k - 1) * dilation < min(data_shape[1], data_shape[2])]
    return int(rng.choice(fits)), int(rng.choice(fits))


@operator("CONV_2D")
def conv_2d(rng, dtype, op):
    shape = image(rng)
    fields = window_fields(rng, rng.random() < 0.3)
    kernel = kernel_within(rng, shape, fields["dilation_w_factor"])
    outputs = int(rng.integers(1, 9))
    case = Case(op, dtype, "Conv2DOptions", fields)
    terms = kernel[0] * kernel[1] * shape[3]
    return layer(rng, dtype, case, shape, (outputs, *kernel, shape[3]), 0, outputs, terms, rng.random() < 0.8 or dtype == FLOAT)


@operator("CONV_2D grouped", types=ALL)
def conv_2d_grouped(rng, dtype, op):
    groups, each, outputs_each = (int(rng.integers(2, 4)) for _ in range(3))
    n, h, w, _ = image(rng)
    fields = window_fields(rng, False)
    case = Case("CONV_2D", dtype, "Conv2DOptions", fields)
    kernel = kernel_within(rng, (n, h, w, 0), 1)
    outputs = groups * outputs_each
    return layer(rng, dtype, case, (n, h, w, groups * each), (outputs, *kernel, each), 0, outputs,
                 kernel[0] * kernel[1] * each)


@operator("DEPTHWISE_CONV_2D")
def depthwise(rng, dtype, op):
    shape = image(rng)
    multiplier = int(rng.choice([1, 1, 2, 3]))
    fields = window_fields(rng, rng.random() < 0.3)
    fields["depth_multiplier"] = multiplier
    kernel = kernel_within(rng, shape, fields["dilation_w_factor"])
    outputs = shape[3] * multiplier
    case = Case(op, dtype, "DepthwiseConv2DOptions", fields)
    return layer(rng, dtype, case, shape, (1, *kernel, outputs), 3, outputs, kernel[0] * kernel[1])


@operator("FULLY_CONNECTED")
def fully_connected(rng, dtype, op):
    depth, outputs = int(rng.integers(1, 40)), int(rng.integers(1, 17))
    keep = bool(rng.random() < 0.3)
    fields = {"fused_activation_function": activation(rng), "keep_num_dims": keep}
    case = Case(op, dtype, "FullyConnectedOptions", fields)
    batch = int(rng.integers(1, 5))
    shape = (batch, int(rng.integers(1, 4)), depth) if keep else (batch, depth)
    return layer(rng, dtype, case, shape, (outputs, depth), None, outputs, depth, rng.random() < 0.7)


def pool_fields(rng, shape):
    return {"padding": int(rng.integers(0, 2)), "stride_w": int(rng.integers(1, 4)), "stride_h": int(rng.integers(1, 4)),
            "filter_width": int(rng.integers(1, min(5, shape[2]) + 1)),
            "filter_height": int(rng.integers(1, min(5, shape[1]) + 1)),
            "fused_activation_function": activation(rng)}


@operator("AVERAGE_POOL_2D", "MAX_POOL_2D")
def pool(rng, dtype, op):
    shape = image(rng)
    same = codes(rng, dtype)
    return Case(op, dtype, "Pool2DOptions", pool_fields(rng, shape)).data(array(rng, dtype, shape), same).out(dtype, same)


@operator("L2_POOL_2D", types=(FLOAT,))
def l2_pool(rng, dtype, op):
    return pool(rng, dtype, op)


@operator("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")
def resize(rng, dtype, op):
    shape = image(rng)
    same = codes(rng, dtype)
    mode = int(rng.integers(0, 3))
    name = "ResizeBilinearOptions" if op == "RESIZE_BILINEAR" else "ResizeNearestNeighborOptions"
    case = Case(op, dtype, name, {"align_corners": mode == 1, "half_pixel_centers": mode == 2}, version=3)
    case.data(array(rng, dtype, shape), same)
    return case.ints(int(rng.integers(1, 20)), int(rng.integers(1, 20))).out(dtype, same)


@operator("SPACE_TO_DEPTH", types=ALL[:2] + (FLOAT,))
def space_to_depth(rng, dtype, op):
    size = int(rng.integers(2, 4))
    n, h, w, c = image(rng, 1, 5)
    same = codes(rng, dtype)
    return Case(op, dtype, "SpaceToDepthOptions", {"block_size": size}).data(
        array(rng, dtype, (n, h * size, w * size, c)), same).out(dtype, same)


@operator("DEPTH_TO_SPACE", types=ALL[:2] + (FLOAT,))
def depth_to_space(rng, dtype, op):
    size = int(rng.integers(2, 4))
    n, h, w, c = image(rng, 1, 6)
    same = codes(rng, dtype)
    return Case(op, dtype, "DepthToSpaceOptions", {"block_size": size}).data(
        array(rng, dtype, (n, h, w, c * size * size)), same).out(dtype, same)


@operator("LOCAL_RESPONSE_NORMALIZATION", types=(FLOAT,))
def lrn(rng, dtype, op):
    fields = {"radius": int(rng.integers(1, 4)), "bias": 1.0, "alpha": float(rng.uniform(0.1, 1)), "beta": 0.5}
    return Case(op, dtype, "LocalResponseNormalizationOptions", fields).data(array(rng, dtype, image(rng))).out(dtype)


@operator("L2_NORMALIZATION", types=EIGHT_BITS + (FLOAT,))
def l2_normalization(rng, dtype, op):
    """Codes of 1/128 around the middle: the runtime demands them."""
    out = Codes(1 / 128, 128 if dtype == "uint8" else 0) if is_codes(dtype) else None
    given = codes(rng, dtype)
    return Case(op, dtype, "L2NormOptions", {"fused_activation_function": 0}).data(array(rng, dtype, image(rng, channels=30)), given).out(dtype, out)
