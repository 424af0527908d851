# SPDX-License-Identifier: Apache-2.0
import numpy as np
from onnx import helper, TensorProto

from cases.make import f32, i64, number, real, truth, whole
from model import Case

TYPES = ("float32", "float16", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "bool")


def data(dtype, *shape):
    return truth(*shape) if dtype == "bool" else whole(*shape, dtype=dtype, high=100)


def shapes():
    for dtype in TYPES:
        x = data(dtype, 2, 3, 4)
        yield Case("Reshape", [x, i64(4, -1)], {}, 23)
        yield Case("Squeeze", [data(dtype, 1, 3, 1, 5), i64(0, -2)], {}, 23)
        yield Case("Unsqueeze", [x, i64(0, -1)], {}, 23)
        yield Case("Flatten", [x], {"axis": 2}, 23)
        yield Case("Transpose", [x], {"perm": [2, 0, 1]}, 23)
        yield Case("Identity", [x], {}, 23)
        yield Case("Concat", [x, x], {"axis": -1}, 13)
        yield Case("Size", [x], {}, 23)
        yield Case("Expand", [data(dtype, 3, 1), i64(2, 1, 6)], {}, 13)
        yield Case("Tile", [x, i64(1, 2, 2)], {}, 13)
    x = real(3, 4, 5)
    for attributes in ({}, {"start": 1}, {"start": -1}, {"end": 2}, {"end": -1}, {"start": -10}, {"end": 10},
                       {"start": 1, "end": -1}, {"start": 2, "end": 1}):
        yield Case("Shape", [x], attributes, 23)
    yield Case("Reshape", [real(0, 3, 4), i64(3, 4, 0)], {"allowzero": 1}, 19)
    yield Case("Reshape", [real(2, 3, 4), i64(0, 0, 1, -1)], {"allowzero": 0}, 19)
    for axis in (0, 1, 2, 3, -1, -2, -3):
        yield Case("Flatten", [x], {"axis": axis}, 21)
    for value in (f32(3.5), i64(3), np.array([7], np.int32), np.array([True]), np.array([7], np.uint8)):
        tensor = helper.make_tensor("value", helper.mapping.NP_TYPE_TO_TENSOR_TYPE[value.dtype], [1], value.tolist())
        yield Case("ConstantOfShape", [i64(2, 3)], {"value": tensor}, 23, note=value.dtype.name)
    yield Case("Range", [number(1, "float32"), number(6, "float32"), number(2, "float32")], {}, 11)
    yield Case("Range", [number(10, "int32"), number(4, "int32"), number(-3, "int32")], {}, 11)


def cuts():
    for shape, axis in (((7,), 0), ((2, 7), 1), ((6,), 0)):
        yield Case("Split", [real(*shape)], {"axis": axis, "num_outputs": 3}, 18, outputs=3)
    yield Case("Split", [real(2, 6), i64(2, 4)], {"axis": 1}, 18, outputs=2)
    yield Case("Split", [real(2, 6)], {"axis": 1}, 13, outputs=2)
    yield Case("Split", [real(2, 6)], {"axis": 1, "split": [2, 4]}, 11, outputs=2)
    yield Case("Split", [real(0), i64(0, 0, 0)], {}, 18, outputs=3)
    for starts, ends, axes, steps in (((0, 0), (3, 10), (0, 1), (1, 1)), ((20, 10, 4), (0, 0, 1), (0, 1, 2), (-1, -3, -2)),
                                      ((0,), (-1,), (1,), (1,)), ((1,), (1000,), (1,), (1,)), ((0,), (5,), (-1,), (2,))):
        yield Case("Slice", [real(20, 10, 5), i64(*starts), i64(*ends), i64(*axes), i64(*steps)], {}, 13)
    yield Case("Slice", [real(20, 10, 5), i64(0, 0, 3), i64(20, 10, 4)], {}, 13)


def pads():
    x = real(1, 3, 4, 5)
    for mode in ("constant", "reflect", "edge", "wrap"):
        opset = 19 if mode == "wrap" else 18
        inputs = [x, i64(0, 0, 1, 1, 0, 0, 1, 2)]
        if mode == "constant":
            inputs.append(number(1.2, "float32"))
        yield Case("Pad", inputs, {"mode": mode}, opset)
        yield Case("Pad", [x, i64(1, 2, 2, 1), None, i64(1, 3)], {"mode": mode}, opset)
        yield Case("Pad", [x, i64(1, -1, 2, 0), None, i64(-1, -2)], {"mode": mode}, opset, note="negative")
    yield Case("Pad", [x, i64(0, 0, -1, 2, 0, 0, -1, -2), number(3, "float32")], {}, 21, note="negative")
    yield Case("Pad", [whole(3, 4, dtype="int32"), i64(1, 1), number(9, "int32"), number([-1], "int64")], {}, 21)
    for shape, crop, attributes in (((20, 8), (10, 9), {}), ((20, 10, 3), (10, 7), {"axes": [0, 1]}),
                                    ((19, 7, 3), (10, 8, 3), {}), ((19, 7, 3), (10, 8), {"axes": [-3, -2]}),
                                    ((10, 7), (21, 9), {}), ((10, 7), (19, 4), {})):
        yield Case("CenterCropPad", [real(*shape), i64(*crop)], attributes, 18)
    for upper in (0, 1):
        for k in (None, -1, 0, 2, 6, -7):
            yield Case("Trilu", [whole(4, 5)] + ([] if k is None else [number(k, "int64")]), {"upper": upper}, 14,
                       note=str(k))


def places():
    for axis in (0, 1, -1):
        yield Case("Gather", [real(5, 4, 3), i64([0, 1], [-1, 2])], {"axis": axis}, 13)
        yield Case("GatherElements", [real(3, 3), i64([1, 2, 0], [2, 0, -1])], {"axis": axis}, 13)
    yield Case("GatherND", [whole(2, 2, 2), i64([[0, 1]], [[1, 0]])], {}, 13)
    yield Case("GatherND", [whole(2, 2, 2), i64([1], [0])], {"batch_dims": 1}, 13)
    for reduction, opset in (("none", 18), ("add", 18), ("mul", 18), ("max", 18), ("min", 18)):
        for dtype in ("float32", "int64", "int32", "uint8"):
            x = whole(1, 5, dtype=dtype, low=1, high=9)
            yield Case("ScatterElements", [x, i64([1, 1]), whole(1, 2, dtype=dtype, low=1, high=9)],
                       {"axis": 1, "reduction": reduction}, opset)
        yield Case("ScatterElements", [real(1, 5), i64([1, -3]), real(1, 2)], {"axis": 1, "reduction": reduction}, opset)
        yield Case("ScatterND", [real(4, 4, 4), i64([0], [0]), real(2, 4, 4)], {"reduction": reduction}, opset)
    for axis in (-1, 1, 0):
        for dtype in ("int64", "float32", "int32"):
            yield Case("OneHot", [whole(2, 3, dtype=dtype, low=-5), number(7, dtype), number([2, 5], "float32")],
                       {"axis": axis}, 11, constants=(1, 2))
    for mode in ("DCR", "CRD"):
        yield Case("DepthToSpace", [real(1, 8, 2, 3)], {"blocksize": 2, "mode": mode}, 13)
    yield Case("SpaceToDepth", [real(1, 2, 4, 6)], {"blocksize": 2}, 13)


def resizes():
    x = real(1, 1, 4, 5)
    none = np.array([], np.float32)
    modes = ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "asymmetric", "align_corners")
    for mode in ("nearest", "linear", "cubic"):
        for coordinates in modes:
            for scales in ((1, 1, 2, 3), (1, 1, 0.6, 0.7)):
                attributes = {"mode": mode, "coordinate_transformation_mode": coordinates}
                yield Case("Resize", [x, None, f32(*scales)], attributes, 19)
                if mode != "nearest" and scales[2] < 1:
                    yield Case("Resize", [x, None, f32(*scales)], dict(attributes, antialias=1), 18)
        for policy in ("stretch", "not_larger", "not_smaller"):
            for sizes, axes in (((7, 8), [2, 3]), ((8, 7), [3, 2]), ((1, 3), [2, 3]), ((9, 6), [2, 3])):
                yield Case("Resize", [x, None, None, i64(*sizes)],
                           {"mode": mode, "axes": axes, "keep_aspect_ratio_policy": policy}, 19,
                           note="s" + "_".join(map(str, sizes)))
        for sizes in ((3, 3), (2, 4)):
            if mode != "nearest":
                yield Case("Resize", [x, None, None, i64(1, 1, *sizes)], {"mode": mode, "antialias": 1}, 19,
                           note="s" + "_".join(map(str, sizes)))
        for region, axes in ((f32(0, 0, 0.4, 0.6, 1, 1, 0.6, 0.8), None), (f32(0.4, 0.6, 0.6, 0.8), [2, 3]),
                             (f32(0.6, 0.4, 0.8, 1.6), [3, 2])):
            attributes = {"mode": mode, "coordinate_transformation_mode": "tf_crop_and_resize",
                          "extrapolation_value": 10.0}
            if axes:
                attributes["axes"] = axes
            sizes = i64(3, 3) if axes else i64(1, 1, 3, 3)
            yield Case("Resize", [x, region, None, sizes], attributes, 19)
    yield Case("Resize", [x, None, f32(1, 1, 0.8, 0.8)],
               {"mode": "cubic", "exclude_outside": 1, "cubic_coeff_a": -0.5}, 13)
    for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        for coordinates in modes:
            yield Case("Resize", [x, None, None, i64(1, 1, 7, 8)],
                       {"mode": "nearest", "nearest_mode": nearest, "coordinate_transformation_mode": coordinates}, 13)
    for dtype in ("uint8", "int8", "int32"):
        yield Case("Resize", [whole(1, 1, 3, 4, dtype=dtype), None, f32(1, 1, 2, 2)], {"mode": "nearest"}, 13)
    yield Case("Resize", [real(1, 2, 3, 4, 5), None, f32(1, 1, 2, 2, 2)], {"mode": "linear"}, 13)
    yield Case("Resize", [real(2, 6), none, f32(1, 1.5)], {"mode": "linear"}, 11)
    yield Case("Upsample", [x, f32(1, 1, 2, 3)], {"mode": "nearest"}, 9)


def cases():
    for family in (shapes, cuts, pads, places, resizes):
        yield from family()
