# SPDX-License-Identifier: Apache-2.0
from cases.make import real, whole
from model import Case


def pools():
    for op in ("MaxPool", "AveragePool", "LpPool"):
        opset = {"MaxPool": 22, "AveragePool": 22, "LpPool": 22}[op]
        for kernel, size in (([3], (1, 3, 16)), ([3, 3], (1, 3, 14, 15)), ([2, 3, 2], (1, 2, 6, 7, 8))):
            d = len(kernel)
            for more in ({}, {"strides": [2] * d}, {"pads": [1] * (2 * d)}, {"auto_pad": "SAME_UPPER"},
                         {"auto_pad": "SAME_LOWER", "strides": [2] * d}, {"dilations": [2] * d},
                         {"strides": [2] * d, "ceil_mode": 1}, {"strides": [3] * d, "ceil_mode": 1, "pads": [1] * (2 * d)},
                         {"strides": [2] * d, "dilations": [2] * d, "ceil_mode": 1},
                         {"auto_pad": "VALID", "strides": [2] * d}):
                yield Case(op, [real(*size)], dict(more, kernel_shape=kernel), opset)
                if op == "AveragePool" and ("pads" in more or "auto_pad" in more):
                    yield Case(op, [real(*size)], dict(more, kernel_shape=kernel, count_include_pad=1), opset)
    for include in (0, 1):
        for ceil in (0, 1):
            for version in (10, 19, 22):
                yield Case("AveragePool", [real(1, 1, 4, 4)],
                           {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": ceil,
                            "count_include_pad": include}, version, note="onpad")
                yield Case("AveragePool", [real(1, 2, 5, 7)],
                           {"kernel_shape": [3, 2], "strides": [3, 3], "pads": [1, 0, 0, 1], "ceil_mode": ceil,
                            "count_include_pad": include}, version)
            yield Case("AveragePool", [real(1, 1, 12, 12, 12)],
                       {"kernel_shape": [5, 5, 5], "strides": [3, 3, 3], "dilations": [2, 2, 2],
                        "ceil_mode": ceil, "count_include_pad": include}, 19)
    for ceil in (0, 1):
        yield Case("MaxPool", [real(1, 1, 2, 2)], {"kernel_shape": [1, 1], "strides": [2, 2], "ceil_mode": ceil}, 22)
        yield Case("MaxPool", [real(1, 1, 4, 4)], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1],
                                                   "ceil_mode": ceil}, 22)
    for dtype in ("uint8", "int8"):
        yield Case("MaxPool", [whole(1, 1, 5, 5, dtype=dtype)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, 22)
    for order in (0, 1):
        yield Case("MaxPool", [real(1, 2, 5, 5)], {"kernel_shape": [2, 2], "strides": [2, 2], "storage_order": order},
                   22, outputs=2)
        yield Case("MaxPool", [real(1, 2, 5, 5)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "storage_order": order},
                   22, outputs=2)
    for p in (1, 2, 3):
        yield Case("LpPool", [real(1, 2, 6, 6)], {"kernel_shape": [2, 2], "p": p}, 18)
    for op in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"):
        for size in ((2, 3, 7), (1, 3, 5, 6), (1, 2, 3, 4, 5)):
            yield Case(op, [real(*size)], {}, 2 if op == "GlobalLpPool" else 22)


def convolutions():
    for size, weight in (((1, 2, 16), (4, 2, 3)), ((1, 2, 9, 10), (4, 2, 3, 3)), ((1, 2, 5, 6, 7), (4, 2, 2, 3, 2))):
        d = len(size) - 2
        for more in ({}, {"strides": [2] * d}, {"pads": [1] * 2 * d}, {"dilations": [2] * d}, {"auto_pad": "SAME_UPPER"},
                     {"auto_pad": "SAME_LOWER", "strides": [2] * d}, {"pads": [0] * d + [1] * d, "strides": [3] * d}):
            yield Case("Conv", [real(*size), real(*weight), real(4)], more, 22)
            yield Case("Conv", [real(*size), real(*weight)], more, 11, constants=(1,))
        grouped = (size[0], 4) + size[2:]
        yield Case("Conv", [real(*grouped), real(*weight)], {"group": 2}, 22)
    for size, weight in (((1, 2, 8), (2, 3, 3)), ((1, 2, 5, 6), (2, 3, 3, 3)), ((1, 2, 4, 3, 5), (2, 3, 3, 2, 3))):
        d = len(size) - 2
        for more in ({}, {"strides": [3] * d}, {"strides": [2] * d, "output_padding": [1] * d},
                     {"pads": [1] * 2 * d, "strides": [2] * d}, {"dilations": [2] * d},
                     {"auto_pad": "SAME_UPPER", "strides": [2] * d}, {"auto_pad": "SAME_LOWER", "strides": [2] * d},
                     {"auto_pad": "VALID"}, {"strides": [3] * d, "output_shape": [3 * n + 1 for n in size[2:]]}):
            yield Case("ConvTranspose", [real(*size), real(*weight)], more, 22)
        grouped = (2, 4) + size[2:]
        yield Case("ConvTranspose", [real(*grouped), real(4, *weight[1:]), real(6)], {"group": 2}, 22)


def cases():
    yield from pools()
    yield from convolutions()
