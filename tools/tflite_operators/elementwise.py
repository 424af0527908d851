# SPDX-License-Identifier: Apache-2.0
"""Functions of one, two or three numbers, and of rows."""
import numpy as np

from layers import activation
from random_parameters import FLOAT, array, codes, is_codes, near, scale, shape, zero_point
from registry import ALL, EIGHT_BITS, QUANTIZED, operator
from sheet import Case, Codes


def broadcast_pair(rng):
    """Equal shapes, a single number, missing axes, or axes of one on either side."""
    a = list(shape(rng, int(rng.integers(1, 5))))
    way = int(rng.integers(0, 5))
    if way == 0:
        return tuple(a), tuple(a)
    if way == 1:
        return tuple(a), (1,)
    if way == 2:
        return tuple(a), tuple(a[int(rng.integers(0, len(a))):])
    b = [1 if rng.random() < 0.4 else n for n in a]
    c = [1 if rng.random() < 0.2 and m != 1 else n for n, m in zip(a, b)]
    return (tuple(c), tuple(b)) if way == 3 else (tuple(b), tuple(c))


def second(rng, case, values, given):
    """The second operand is fed or, now and then, a constant of the file."""
    return case.const(values, given) if rng.random() < 0.3 else case.data(values, given)


ARITHMETIC = {"ADD": "AddOptions", "SUB": "SubOptions", "MUL": "MulOptions", "DIV": "DivOptions"}


@operator("ADD", "SUB", "MUL")
def arithmetic(rng, dtype, op):
    a, b = broadcast_pair(rng)
    first, other = codes(rng, dtype), codes(rng, dtype)
    out = None
    if is_codes(dtype):
        step = max(first.scale[0], other.scale[0])
        if op == "MUL":
            step = first.scale[0] * other.scale[0] * (30 if dtype != "int16" else 8000)
        out = Codes(step * rng.uniform(0.4, 2.5), zero_point(rng, dtype))
    fields = {"fused_activation_function": activation(rng)}
    if op != "MUL":
        fields["pot_scale_int16"] = False
    case = Case(op, dtype, ARITHMETIC[op], fields, version={"ADD": 2, "SUB": 2, "MUL": 2}[op])
    case.data(array(rng, dtype, a), first)
    return second(rng, case, array(rng, dtype, b), other).out(dtype, out)


@operator("ADD powers of two", "SUB powers of two", types=("int16",))
def power_of_two(rng, dtype, op):
    """pot_scale_int16: shifts in place of factors."""
    a, b = broadcast_pair(rng)
    low = int(rng.integers(-14, -8))
    apart = int(rng.integers(0, 4))
    exponents = [low, low + apart] if rng.random() < 0.5 else [low + apart, low]
    # One of the inputs has the scale of the output.
    out = 2.0 ** (low + apart)
    name = op.split()[0]
    fields = {"fused_activation_function": activation(rng), "pot_scale_int16": True}
    case = Case(name, dtype, ARITHMETIC[name], fields, version=2)
    case.data(array(rng, dtype, a), Codes(2.0 ** exponents[0])).data(array(rng, dtype, b), Codes(2.0 ** exponents[1]))
    return case.out(dtype, Codes(out))


@operator("DIV", types=("uint8", FLOAT))
def divide(rng, dtype, op):
    a, b = broadcast_pair(rng)
    first, other = codes(rng, dtype), codes(rng, dtype)
    divisor = array(rng, dtype, b)
    out = None
    if is_codes(dtype):
        divisor[divisor == other.zero_point[0]] += 1 if other.zero_point[0] < 255 else 255
        out = Codes(first.scale[0] / other.scale[0] * rng.uniform(0.01, 0.3), zero_point(rng, dtype))
    case = Case(op, dtype, "DivOptions", {"fused_activation_function": activation(rng)}, version=2)
    case.data(array(rng, dtype, a), first)
    return second(rng, case, divisor, other).out(dtype, out)


@operator("MAXIMUM", "MINIMUM", types=ALL + ("int32",))
def extremes(rng, dtype, op):
    a, b = broadcast_pair(rng)
    same = codes(rng, dtype)
    case = Case(op, dtype, version=2).data(array(rng, dtype, a), same)
    return second(rng, case, array(rng, dtype, b), same).out(dtype, same)


@operator("SQUARED_DIFFERENCE", types=("int8", FLOAT, "int32"))
def squared_difference(rng, dtype, op):
    a, b = broadcast_pair(rng)
    first = codes(rng, dtype, 0.01, 0.1)
    other = near(rng, first, dtype) if first else None
    out = Codes(max(first.scale[0], other.scale[0]) ** 2 * 255 * rng.uniform(0.3, 2), zero_point(rng, dtype)) if first else None
    return Case(op, dtype, version=2).data(array(rng, dtype, a), first).data(array(rng, dtype, b), other).out(dtype, out)


@operator("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", types=EIGHT_BITS + (FLOAT, "int32"))
def comparison(rng, dtype, op):
    a, b = broadcast_pair(rng)
    first = codes(rng, dtype)
    other = first if rng.random() < 0.5 or not first else near(rng, first, dtype)
    x, y = array(rng, dtype, a), array(rng, dtype, b)
    if dtype in ("int32", FLOAT):
        x, y = np.round(x / 300).astype(dtype), np.round(y / 300).astype(dtype)
    return Case(op, dtype, version=2).data(x, first).data(y, other).out("bool")


@operator("FLOOR_DIV", "FLOOR_MOD", types=("int32", FLOAT))
def floor_division(rng, dtype, op):
    a, b = broadcast_pair(rng)
    divisor = array(rng, dtype, b)
    divisor[divisor == 0] = 3
    return Case(op, dtype, version=2).data(array(rng, dtype, a)).data(divisor).out(dtype)


@operator("POW", types=(FLOAT,))
def power(rng, dtype, op):
    a, b = broadcast_pair(rng)
    return Case(op, dtype).data(np.abs(array(rng, dtype, a)) + np.float32(0.1)).data(array(rng, dtype, b)).out(dtype)


@operator("LOGICAL_AND", "LOGICAL_OR", types=("bool",))
def logical(rng, dtype, op):
    a, b = broadcast_pair(rng)
    return Case(op, dtype).data(array(rng, dtype, a)).data(array(rng, dtype, b)).out(dtype)


@operator("SELECT", "SELECT_V2", types=ALL + ("int32",))
def select(rng, dtype, op):
    a = shape(rng, 3)
    same = codes(rng, dtype)
    condition = a if op == "SELECT" else (a[0], 1, a[2])
    return Case(op, dtype).data(array(rng, "bool", condition)).data(array(rng, dtype, a), same).data(
        array(rng, dtype, a), same).out(dtype, same, a)


@operator("RELU", "RELU6", "RELU_N1_TO_1")
def relu(rng, dtype, op):
    given = codes(rng, dtype)
    out = near(rng, given, dtype) if rng.random() < 0.7 and given else given
    return Case(op, dtype, version=2).data(array(rng, dtype, shape(rng)), given).out(dtype, out)


@operator("LEAKY_RELU")
def leaky_relu(rng, dtype, op):
    given = codes(rng, dtype)
    out = near(rng, given, dtype) if given else None
    alpha = float(np.float32(rng.choice([0.01, 0.1, 0.3, rng.uniform(-0.5, 1.5)])))
    return Case(op, dtype, "LeakyReluOptions", {"alpha": alpha}, version=2).data(array(rng, dtype, shape(rng)), given).out(dtype, out)


@operator("PRELU", types=EIGHT_BITS + (FLOAT,))
def prelu(rng, dtype, op):
    a = shape(rng)
    given = codes(rng, dtype)
    slopes = codes(rng, dtype, 0.001, 0.01)
    out = near(rng, given, dtype) if given else None
    case = Case(op, dtype).data(array(rng, dtype, a), given)
    return case.const(array(rng, dtype, (1, 1, a[3])), slopes).out(dtype, out)


RANGE_OF_FUNCTION = {  # of LOGISTIC and TANH, as converters write it
    ("LOGISTIC", "uint8"): Codes(1 / 256, 0), ("LOGISTIC", "int8"): Codes(1 / 256, -128),
    ("LOGISTIC", "int16"): Codes(1 / 32768, 0), ("TANH", "uint8"): Codes(1 / 128, 128),
    ("TANH", "int8"): Codes(1 / 128, 0), ("TANH", "int16"): Codes(1 / 32768, 0)}


@operator("LOGISTIC", "TANH")
def sigmoid(rng, dtype, op):
    given = codes(rng, dtype, 0.004, 0.12)
    if dtype == "int16" and rng.random() < 0.4:
        given = Codes(2.0 ** int(rng.integers(-14, -9)))
    return Case(op, dtype, version=3).data(array(rng, dtype, shape(rng)), given).out(dtype, RANGE_OF_FUNCTION.get((op, dtype)))


@operator("HARD_SWISH", types=EIGHT_BITS + (FLOAT,))
def hard_swish(rng, dtype, op):
    given = codes(rng, dtype, 0.01, 0.15)
    out = near(rng, given, dtype) if given else None
    if out:
        out.scale = [max(out.scale[0], given.scale[0] / 100)]
    return Case(op, dtype).data(array(rng, dtype, shape(rng)), given).out(dtype, out)


@operator("SOFTMAX")
def softmax(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)), 1, 12)
    given = codes(rng, dtype)
    low = {"uint8": 0, "int8": -128, "int16": 0}.get(dtype, 0)
    out = Codes(1 / 32768 if dtype == "int16" else 1 / 256, low) if given else None
    beta = float(rng.choice([1.0, 1.0, 0.5, 2.0, np.float32(0.37)]))
    return Case(op, dtype, "SoftmaxOptions", {"beta": beta}, version=3).data(array(rng, dtype, a), given).out(dtype, out)


@operator("SOFTMAX int8 to int16", types=("int8",))
def softmax_wide(rng, dtype, op):
    a = shape(rng, int(rng.integers(1, 5)), 1, 12)
    return Case("SOFTMAX", dtype, "SoftmaxOptions", {"beta": 1.0}, version=3).data(
        array(rng, dtype, a), codes(rng, dtype)).out("int16", Codes(1 / 65536, -32768))


@operator("LOG_SOFTMAX", types=EIGHT_BITS + (FLOAT,))
def log_softmax(rng, dtype, op):
    """16/256 and the highest code: the runtime demands them."""
    out = Codes(16 / 256, 255 if dtype == "uint8" else 127) if is_codes(dtype) else None
    return Case(op, dtype, version=2).data(array(rng, dtype, shape(rng, 2, 1, 12)), codes(rng, dtype)).out(dtype, out)


@operator("ABS", types=("int8", "int16", FLOAT))
def absolute(rng, dtype, op):
    given = codes(rng, dtype)
    out = near(rng, given, dtype) if given and rng.random() < 0.7 else given
    return Case(op, dtype, version=3).data(array(rng, dtype, shape(rng)), given).out(dtype, out)


@operator("RSQRT", types=("int8", FLOAT))
def reciprocal_root(rng, dtype, op):
    if dtype == FLOAT:
        return Case(op, dtype, version=2).data(np.abs(array(rng, dtype, shape(rng))) + np.float32(0.01)).out(dtype)
    given = Codes(scale(rng), int(rng.integers(-128, 100)))
    values = rng.integers(given.zero_point[0] + 1, 128, shape(rng)).astype(np.int8)
    return Case(op, dtype, version=2).data(values, given).out(dtype, Codes(scale(rng, 0.01, 0.1), -128))


@operator("EXP", "NEG", "SIN", "COS", "FLOOR", "CEIL", "ROUND", "SQUARE", "GELU", types=(FLOAT,))
def real_function(rng, dtype, op):
    case = Case(op, dtype, "GeluOptions", {"approximate": False}) if op == "GELU" else Case(op, dtype)
    return case.data(array(rng, dtype, shape(rng))).out(dtype)


@operator("LOG", "SQRT", types=(FLOAT,))
def real_function_of_positive(rng, dtype, op):
    return Case(op, dtype).data(np.abs(array(rng, dtype, shape(rng))) + np.float32(0.001)).out(dtype)


@operator("ELU", types=("int8", FLOAT))
def elu(rng, dtype, op):
    given = codes(rng, dtype)
    return Case(op, dtype).data(array(rng, dtype, shape(rng)), given).out(dtype, near(rng, given, dtype) if given else None)


@operator("QUANTIZE from float32", types=QUANTIZED)
def quantize(rng, dtype, op):
    return Case("QUANTIZE", dtype).data(array(rng, FLOAT, shape(rng)), None).out(dtype, codes(rng, dtype))


@operator("QUANTIZE from uint8", "QUANTIZE from int8", "QUANTIZE from int16", types=QUANTIZED)
def requantize(rng, dtype, op):
    source = op.split()[-1]
    given = codes(rng, source)
    factor = 256 if source == "int16" and dtype != "int16" else 1 / 256 if dtype == "int16" and source != "int16" else 1
    out = near(rng, given, dtype, factor)
    if source != dtype and source != "int16" and dtype != "int16" and rng.random() < 0.3:  # only the sign changes
        out = Codes(given.scale[0], given.zero_point[0] + (128 if dtype == "uint8" else -128))
    return Case("QUANTIZE", dtype, version=2).data(array(rng, source, shape(rng)), given).out(dtype, out)


@operator("DEQUANTIZE", types=QUANTIZED)
def dequantize(rng, dtype, op):
    return Case(op, dtype, version=2).data(array(rng, dtype, shape(rng)), codes(rng, dtype)).out(FLOAT)


@operator("CAST", types=("int32", FLOAT, "bool"))
def cast(rng, dtype, op):
    to = str(rng.choice([t for t in ("int32", "float32", "bool", "int64") if t != dtype]))
    numbers = {"int32": 2, "float32": 0, "bool": 6, "int64": 4}
    fields = {"in_data_type": numbers[dtype], "out_data_type": numbers[to]}
    return Case(op, dtype, "CastOptions", fields).data(array(rng, dtype, shape(rng))).out(to)
