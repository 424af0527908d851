# SPDX-License-Identifier: Apache-2.0
import numpy as np
from onnx import TensorProto

from cases.make import f32, number, real, truth, whole
from model import Case

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64")


def arithmetic():
    for op in ("Add", "Sub", "Mul", "Div"):
        for opset in (7, 13, 14):
            yield Case(op, [real(3, 4, 5), real(5)], {}, opset)
        for dtype in INTEGERS + ("float16",):
            if dtype == "float16":
                yield Case(op, [real(3, 4, dtype=dtype), real(3, 4, dtype=dtype, low=1)], {}, 14)
            else:
                low = -20 if dtype.startswith("i") else 0
                yield Case(op, [whole(3, 4, dtype=dtype, low=low, high=24),
                                whole(3, 4, dtype=dtype, low=1, high=24)], {}, 14)
    for op in ("Max", "Min"):
        for dtype in INTEGERS:
            yield Case(op, [whole(3, dtype=dtype), whole(3, 3, dtype=dtype), whole(3, 1, dtype=dtype)], {}, 13)
        yield Case(op, [real(3, dtype="float16"), real(3, 1, dtype="float16")], {}, 13)
        yield Case(op, [real(3)], {}, 13)
        yield Case(op, [f32(1, np.nan, 3), f32(np.nan, 2, 1)], {}, 13)
    for dtype in INTEGERS:
        low = -10 if dtype.startswith("i") else 0
        a = whole(4, 5, dtype=dtype, low=low, high=25)
        b = whole(4, 5, dtype=dtype, low=1, high=6)
        yield Case("Mod", [a, b], {}, 13)
        yield Case("Mod", [a, b], {"fmod": 1}, 13)
        if dtype.startswith("i"):
            yield Case("Mod", [a, (-b).astype(dtype)], {}, 13)
    for dtype in ("float32", "float16"):
        yield Case("Mod", [real(3, 4, dtype=dtype, low=-9, high=9), real(4, dtype=dtype, low=1)], {"fmod": 1}, 13)
    for base in ("float32", "int32", "int64"):
        for exponent in ("float32", "int32", "int64", "uint32", "uint64"):
            x = real(6, low=0.5, high=4) if base == "float32" else whole(6, dtype=base, low=1, high=5)
            n = real(6, low=0, high=3) if exponent == "float32" else whole(6, dtype=exponent, low=0, high=4)
            yield Case("Pow", [x, n], {}, 15)
    yield Case("Pow", [real(2, 3, low=0.1), number(2, "float32")], {}, 13)
    yield Case("PRelu", [real(3, 4, 5), real(5)], {}, 16)
    yield Case("PRelu", [real(2, 4, 5, 5), real(4, 1, 1)], {}, 16)
    yield Case("Sum", [real(3, 4), real(4), real(3, 1)], {}, 13)
    yield Case("Mean", [real(3, 4), real(4), real(3, 1)], {}, 13)


def comparisons():
    for op in ("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"):
        for dtype in INTEGERS + ("uint64", "float32", "float16"):
            a = whole(3, 4, 5, dtype=dtype, high=4)
            yield Case(op, [a, whole(5, dtype=dtype, high=4)], {}, 19 if op == "Equal" else 16)
    yield Case("Equal", [truth(3, 4), truth(4)], {}, 19)
    for op in ("And", "Or", "Xor"):
        yield Case(op, [truth(3, 4, 5), truth(4, 1)], {}, 7)
    yield Case("Not", [truth(3, 4)], {}, 7)
    for dtype in ("float32", "int64", "uint8", "int32", "bool"):
        data = [truth(3, 4), truth(4)] if dtype == "bool" else [whole(3, 4, dtype=dtype), whole(4, dtype=dtype)]
        yield Case("Where", [truth(3, 1)] + data, {}, 16)


def clips():
    for dtype in ("float32", "float16", "int8", "uint8", "int32", "int64"):
        low = -6 if dtype[0] != "u" else 0
        x = whole(3, 4, dtype=dtype, low=low, high=9)
        for limits in ((1, 4), (None, 4), (1, None), (None, None), (5, 2)):
            inputs = [x] + [None if v is None else number(v, dtype) for v in limits]
            while inputs[-1] is None:
                inputs.pop()
            yield Case("Clip", inputs, {}, 13, note=f"{limits[0]}to{limits[1]}")
            yield Case("Clip", inputs, {}, 13, note=f"{limits[0]}to{limits[1]}const", constants=(1, 2))
    yield Case("Clip", [real(3, 4)], {"min": -0.5, "max": 0.5}, 7)


def functions():
    x = real(3, 4, 5, low=-3, high=3)
    for op, opset in (("Abs", 13), ("Neg", 13), ("Ceil", 13), ("Floor", 13), ("Round", 22), ("Exp", 13),
                      ("Erf", 13), ("Sign", 13), ("Sin", 22), ("Cos", 22), ("Tan", 22), ("Atan", 22), ("Sinh", 22),
                      ("Cosh", 22), ("Asinh", 22), ("Tanh", 13), ("Sigmoid", 13), ("Relu", 14), ("Softplus", 22),
                      ("Softsign", 22), ("HardSwish", 14), ("HardSwish", 22), ("Mish", 18), ("Mish", 22),
                      ("Reciprocal", 13), ("Elu", 22), ("Selu", 22), ("Celu", 12), ("LeakyRelu", 16),
                      ("HardSigmoid", 22), ("ThresholdedRelu", 22), ("Swish", 24), ("Gelu", 20), ("Shrink", 9),
                      ("Identity", 23), ("IsNaN", 20), ("IsInf", 20)):
        yield Case(op, [x], {}, opset)
        if op not in ("Celu", "Shrink"):
            yield Case(op, [x.astype("float16")], {}, opset)
    for op in ("Asin", "Acos", "Atanh"):
        yield Case(op, [real(3, 4, low=-0.99, high=0.99)], {}, 22)
    for op in ("Log", "Sqrt"):
        yield Case(op, [real(3, 4, low=0.1, high=9)], {}, 13)
    yield Case("Acosh", [real(3, 4, low=1.1, high=9)], {}, 22)
    for op, attributes in (("Elu", {"alpha": 2.0}), ("Celu", {"alpha": 2.0}), ("LeakyRelu", {"alpha": 0.1}),
                           ("Selu", {"alpha": 2.0, "gamma": 3.0}), ("HardSigmoid", {"alpha": 0.5, "beta": 0.6}),
                           ("ThresholdedRelu", {"alpha": 2.0}), ("Gelu", {"approximate": "tanh"}),
                           ("Swish", {"alpha": 0.5}), ("Shrink", {"lambd": 1.5, "bias": 1.5})):
        yield Case(op, [x], attributes, 24 if op == "Swish" else 20)
    for op in ("Abs", "Neg", "Sign", "Relu", "Identity"):
        for dtype in ("int8", "int16", "int32", "int64"):
            yield Case(op, [whole(3, 4, dtype=dtype, low=-9)], {}, 14)
    for op in ("Abs", "Sign", "Identity"):
        for dtype in ("uint8", "uint16", "uint32"):
            yield Case(op, [whole(3, 4, dtype=dtype)], {}, 14)
    special = f32(np.nan, np.inf, -np.inf, 0, -1)
    for dtype in ("float32", "float16"):
        yield Case("IsNaN", [special.astype(dtype)], {}, 20)
        yield Case("IsInf", [special.astype(dtype)], {}, 20)
        yield Case("IsInf", [special.astype(dtype)], {"detect_negative": 0}, 20)
        yield Case("IsInf", [special.astype(dtype)], {"detect_positive": 0}, 20)


def casts():
    kinds = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "int8": TensorProto.INT8,
             "uint8": TensorProto.UINT8, "int16": TensorProto.INT16, "uint16": TensorProto.UINT16,
             "int32": TensorProto.INT32, "uint32": TensorProto.UINT32, "int64": TensorProto.INT64,
             "bool": TensorProto.BOOL, "float64": TensorProto.DOUBLE}
    for source in ("float32", "float16", "int8", "uint8", "int16", "int32", "int64", "bool"):
        for target, to in kinds.items():
            x = truth(3, 4) if source == "bool" else whole(3, 4, dtype=source, high=100)
            if source.startswith("float"):
                x = (x + real(3, 4, low=-0.5, high=0.5)).astype(source)
                x = np.abs(x).astype(source)
            yield Case("Cast", [x], {"to": to}, 19 if target != "int8" else 24)
            if target in ("float16", "uint8", "bool"):
                like = truth(1) if target == "bool" else whole(1, dtype=target)
                yield Case("CastLike", [x, like], {}, 19)


def cases():
    for family in (arithmetic, comparisons, clips, functions, casts):
        yield from family()
