# SPDX-License-Identifier: Apache-2.0
"""Operators that move data, and reductions along axes."""
import numpy as np

from layers import activation
from random_parameters import FLOAT, RANGE, array, codes, image, is_codes, near, shape
from registry import ALL, EIGHT_BITS, QUANTIZED, operator
from sheet import Case, Codes


def axis_of(rng, rank):
    axis = int(rng.integers(0, rank))
    return axis - rank if rng.random() < 0.4 else axis


@operator("PAD", "PADV2")
def pad(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)))
    given = codes(rng, dtype)
    case = Case(op, dtype, version=2).data(array(rng, dtype, a), given)
    case.const(rng.integers(0, 4, (len(a), 2)).astype(np.int32))
    if op == "PADV2":
        case.const(array(rng, dtype, (1,)), given)
    return case.out(dtype, given)


@operator("MIRROR_PAD", types=EIGHT_BITS + (FLOAT, "int32"))
def mirror_pad(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)), 2)
    mode = int(rng.integers(0, 2))
    most = [n if mode == 1 else n - 1 for n in a]
    pads = [[int(rng.integers(0, m + 1)), int(rng.integers(0, m + 1))] for m in most]
    given = codes(rng, dtype)
    return Case(op, dtype, "MirrorPadOptions", {"mode": mode}).data(array(rng, dtype, a), given).const(
        np.array(pads, np.int32)).out(dtype, given)


@operator("STRIDED_SLICE")
def strided_slice(rng, dtype, op):
    a = shape(rng, int(rng.integers(2, 5)), 2, 9)
    begin, end, step = [], [], []
    for n in a:
        stride = int(rng.choice([1, 1, 2, 3, -1, -2]))
        low, high = sorted(rng.choice(n + 1, 2, replace=False))
        begin.append(int(low) if stride > 0 else int(high) - 1)
        end.append(int(high) if stride > 0 else int(low) - 1)
        if stride < 0 and low == 0:
            end[-1] = -n - 1
        step.append(stride)
    masks = [int(sum(1 << i for i in range(len(a)) if rng.random() < 0.2)) for _ in range(3)]
    shrink = masks[2]
    for i in range(len(a)):  # a shrunk axis steps forward
        if shrink >> i & 1:
            begin[i], end[i], step[i] = int(rng.integers(0, a[i])), 0, 1
            end[i] = begin[i] + 1
            masks[0] &= ~(1 << i)
            masks[1] &= ~(1 << i)
    fields = {"begin_mask": masks[0], "end_mask": masks[1], "shrink_axis_mask": shrink}
    if rng.random() < 0.2:
        fields["ellipsis_mask"] = 1 << int(rng.integers(0, len(a)))
    elif rng.random() < 0.2 and len(a) < 4:
        place = int(rng.integers(0, len(a)))
        begin.insert(place, 0), end.insert(place, 1), step.insert(place, 1)
        for name in ("begin_mask", "end_mask", "shrink_axis_mask"):
            low = fields[name] & ((1 << place) - 1)
            fields[name] = low | (fields[name] >> place) << (place + 1)
        fields["new_axis_mask"] = 1 << place
    given = codes(rng, dtype)
    return Case(op, dtype, "StridedSliceOptions", fields, version=4).data(array(rng, dtype, a), given).ints(*begin).ints(
        *end).ints(*step).out(dtype, given)


@operator("SLICE")
def slice_(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)))
    begin = [int(rng.integers(0, n)) for n in a]
    size = [int(rng.choice([-1, rng.integers(1, n - b + 1)])) for n, b in zip(a, begin)]
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, a), given).ints(*begin).ints(*size).out(dtype, given)


@operator("SPLIT")
def split(rng, dtype, op):
    a = list(shape(rng, int(rng.integers(1, 5))))
    parts = int(rng.integers(1, 4))
    axis = axis_of(rng, len(a))
    a[axis] = parts * int(rng.integers(1, 4))
    given = codes(rng, dtype)
    case = Case(op, dtype, "SplitOptions", {"num_splits": parts}, version=2).const(np.array(axis, np.int32))
    case.data(array(rng, dtype, a), given)
    for _ in range(parts):
        case.out(dtype, given)
    return case


@operator("SPLIT_V")
def split_v(rng, dtype, op):
    a = list(shape(rng, int(rng.integers(1, 5))))
    axis = axis_of(rng, len(a))
    sizes = [int(n) for n in rng.integers(1, 4, int(rng.integers(1, 4)))]
    a[axis] = sum(sizes)
    if rng.random() < 0.3:
        sizes[int(rng.integers(0, len(sizes)))] = -1
    given = codes(rng, dtype)
    case = Case(op, dtype, "SplitVOptions", {"num_splits": len(sizes)}).data(array(rng, dtype, a), given)
    case.ints(*sizes).const(np.array(axis, np.int32))
    for _ in sizes:
        case.out(dtype, given)
    return case


@operator("CONCATENATION")
def concatenation(rng, dtype, op):
    a = list(shape(rng, int(rng.integers(1, 5))))
    axis = axis_of(rng, len(a))
    out = codes(rng, dtype)
    case = Case(op, dtype, "ConcatenationOptions", {"axis": axis}, version=2)
    for _ in range(int(rng.integers(1, 5))):
        a[axis] = int(rng.integers(1, 5))
        given = near(rng, out, dtype) if dtype == "uint8" and rng.random() < 0.6 else out
        case.data(array(rng, dtype, a), given)
    return case.out(dtype, out)


@operator("PACK", types=("uint8", "int8", "int16", FLOAT, "int32"))
def pack(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 4)))
    given = codes(rng, dtype)
    count = int(rng.integers(1, 4))
    case = Case(op, dtype, "PackOptions", {"values_count": count, "axis": axis_of(rng, len(a) + 1)}, version=2)
    for _ in range(count):
        case.data(array(rng, dtype, a), given)
    return case.out(dtype, given)


@operator("UNPACK", types=("uint8", "int8", "int16", FLOAT, "int32"))
def unpack(rng, dtype, op):
    a = shape(rng, int(rng.integers(2, 5)), 1, 4)
    given = codes(rng, dtype)
    axis = axis_of(rng, len(a))
    case = Case(op, dtype, "UnpackOptions", {"num": a[axis], "axis": axis}, version=2).data(array(rng, dtype, a), given)
    for _ in range(a[axis]):
        case.out(dtype, given)
    return case


@operator("TRANSPOSE")
def transpose(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)))
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, a), given).ints(*rng.permutation(len(a))).out(dtype, given)


@operator("TILE", types=("uint8", "int8", FLOAT, "int32"))
def tile(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)), 1, 4)
    given = codes(rng, dtype)
    return Case(op, dtype).data(array(rng, dtype, a), given).ints(*rng.integers(1, 4, len(a))).out(dtype, given)


@operator("RESHAPE")
def reshape(rng, dtype, op):
    a = shape(rng)
    given = codes(rng, dtype)
    return Case(op, dtype, "ReshapeOptions", {"new_shape": [a[0], -1]}).data(array(rng, dtype, a), given).ints(a[0], -1).out(dtype, given)


@operator("SQUEEZE", types=("uint8", "int8", "int16", FLOAT))
def squeeze(rng, dtype, op):
    a = (1, *shape(rng, 2), 1)
    given = codes(rng, dtype)
    dims = [[], [0], [3], [0, 3], [-1]][int(rng.integers(0, 5))]
    return Case(op, dtype, "SqueezeOptions", {"squeeze_dims": dims}).data(array(rng, dtype, a), given).out(dtype, given)


@operator("EXPAND_DIMS", types=("uint8", "int8", FLOAT))
def expand_dims(rng, dtype, op):
    a = shape(rng, 3)
    given = codes(rng, dtype)
    return Case(op, dtype).data(array(rng, dtype, a), given).const(np.array(axis_of(rng, 4), np.int32)).out(dtype, given)


@operator("REVERSE_V2", types=("uint8", FLOAT, "int32", "int16"))
def reverse(rng, dtype, op):
    a = shape(rng, 3)
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, a), given).ints(int(rng.integers(0, 3))).out(dtype, given)


@operator("GATHER", types=("uint8", "int8", "int16", FLOAT, "int32"))
def gather(rng, dtype, op):
    a = shape(rng, int(rng.integers(2, 5)), 2)
    axis = int(rng.integers(0, len(a)))
    batch = int(rng.integers(0, axis + 1)) if rng.random() < 0.5 else 0
    indices = rng.integers(0, a[axis], a[:batch] + shape(rng, int(rng.integers(1, 3)), 1, 4)).astype(np.int32)
    given = codes(rng, dtype)
    case = Case(op, dtype, "GatherOptions", {"axis": axis if rng.random() < 0.6 or batch else axis - len(a), "batch_dims": batch}, version=2)
    case.data(array(rng, dtype, a), given)
    return (case.const(indices) if rng.random() < 0.5 else case.data(indices)).out(dtype, given)


@operator("GATHER_ND", types=("uint8", "int8", "int16", FLOAT, "int32"))
def gather_nd(rng, dtype, op):
    a = shape(rng, 3, 2)
    depth = int(rng.integers(1, 4))
    indices = np.stack([rng.integers(0, a[i], (2, 3)) for i in range(depth)], -1).astype(np.int32)
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, a), given).data(indices).out(dtype, given)


@operator("BROADCAST_TO", types=("uint8", "int8", "int16", FLOAT, "int32"))
def broadcast_to(rng, dtype, op):
    wanted = shape(rng)
    a = [1 if rng.random() < 0.5 else n for n in wanted]
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, a), given).ints(*wanted).out(dtype, given)


@operator("SPACE_TO_BATCH_ND", types=EIGHT_BITS + (FLOAT,))
def space_to_batch(rng, dtype, op):
    block = [int(rng.integers(1, 4)), int(rng.integers(1, 4))]
    n, h, w, c = image(rng)
    pads = [[int(rng.integers(0, 3)), 0], [int(rng.integers(0, 3)), 0]]
    pads[0][1] = -(h + pads[0][0]) % block[0]
    pads[1][1] = -(w + pads[1][0]) % block[1]
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, (n, h, w, c)), given).ints(*block).const(
        np.array(pads, np.int32)).out(dtype, given)


@operator("BATCH_TO_SPACE_ND", types=EIGHT_BITS + (FLOAT,))
def batch_to_space(rng, dtype, op):
    block = [int(rng.integers(1, 4)), int(rng.integers(1, 4))]
    n, h, w, c = image(rng)
    crops = rng.integers(0, 2, (2, 2)).astype(np.int32)
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, (n * block[0] * block[1], h, w, c)), given).ints(
        *block).const(crops).out(dtype, given)


def axes_of(rng, rank):
    count = int(rng.integers(1, rank + 1))
    axes = [int(n) for n in rng.choice(rank, count, replace=False)]
    return [n - rank if rng.random() < 0.2 else n for n in axes]


@operator("MEAN", "SUM")
def mean(rng, dtype, op):
    a = image(rng) if rng.random() < 0.6 else shape(rng, int(rng.integers(1, 5)), 1, 9)
    axes = [1, 2] if len(a) == 4 and rng.random() < 0.6 else axes_of(rng, len(a))
    if len(axes) == 2 and rng.random() < 0.3:
        axes = axes[::-1]
    if len(axes) == 2 and rng.random() < 0.2:
        axes = [n - len(a) if n >= 0 else n for n in axes]
    count = int(np.prod([a[i] for i in axes]))
    given = codes(rng, dtype)
    out = None
    if given:
        out = near(rng, given, dtype, count ** 0.5 if op == "SUM" else 1)
        if rng.random() < 0.3:
            out = given
    return Case(op, dtype, "ReducerOptions", {"keep_dims": bool(rng.random() < 0.6)}, version=2).data(
        array(rng, dtype, a), given).ints(*axes).out(dtype, out)


@operator("REDUCE_MAX", "REDUCE_MIN", types=ALL + ("int32",))
def reduce_extreme(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)))
    given = codes(rng, dtype)
    return Case(op, dtype, "ReducerOptions", {"keep_dims": bool(rng.random() < 0.5)}, version=2).data(
        array(rng, dtype, a), given).ints(*axes_of(rng, len(a))).out(dtype, given)


@operator("REDUCE_PROD", types=("int8", "int16", FLOAT))
def reduce_prod(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 4)), 1, 4)
    given = Codes(1 / 64, 0) if is_codes(dtype) else None
    if dtype == "int16":
        given = Codes(1 / 16384, 0)
    out = near(rng, given, dtype) if given else None
    return Case(op, dtype, "ReducerOptions", {"keep_dims": bool(rng.random() < 0.5)}, version=2).data(
        array(rng, dtype, a), given).ints(*axes_of(rng, len(a))).out(dtype, out)


@operator("ARG_MAX", "ARG_MIN", types=EIGHT_BITS + (FLOAT, "int32"))
def arg(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)), 1, 9)
    options = "ArgMaxOptions" if op == "ARG_MAX" else "ArgMinOptions"
    return Case(op, dtype, options, {"output_type": 2}, version=2).data(array(rng, dtype, a), codes(rng, dtype)).const(
        np.array(axis_of(rng, len(a)), np.int32)).out("int32")


@operator("CUMSUM", types=(FLOAT, "int32"))
def cumsum(rng, dtype, op):
    a = shape(rng, 3)
    fields = {"exclusive": bool(rng.random() < 0.5), "reverse": bool(rng.random() < 0.5)}
    return Case(op, dtype, "CumsumOptions", fields).data(array(rng, dtype, a)).const(
        np.array(axis_of(rng, 3), np.int32)).out(dtype)


@operator("TOPK_V2", types=EIGHT_BITS + (FLOAT, "int32"))
def topk(rng, dtype, op):
    a = shape(rng, 2, 3, 12)
    given = codes(rng, dtype)
    return Case(op, dtype, version=2).data(array(rng, dtype, a), given).const(
        np.array(int(rng.integers(1, a[1] + 1)), np.int32)).out(dtype, given).out("int32")


@operator("ONE_HOT", types=("int32",))
def one_hot(rng, dtype, op):
    indices = rng.integers(-1, 6, shape(rng, 2)).astype(np.int32)
    return Case(op, dtype, "OneHotOptions", {"axis": int(rng.choice([-1, 0, 1]))}).data(indices).const(
        np.array(5, np.int32)).const(np.array(2.5, np.float32)).const(np.array(-1, np.float32)).out(FLOAT)
