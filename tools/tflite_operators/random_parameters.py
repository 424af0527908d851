# SPDX-License-Identifier: Apache-2.0
"""Random scales, zero points, shapes and data; everything from one generator, so a seed names a case."""
import numpy as np

from sheet import Codes

FLOAT = "float32"
RANGE = {"uint8": (0, 255), "int8": (-128, 127), "int16": (-32768, 32767)}


def is_codes(dtype):
    return dtype in RANGE


def scale(rng, low=0.004, high=0.2):
    return float(np.float32(np.exp(rng.uniform(np.log(low), np.log(high)))))


def zero_point(rng, dtype):
    low, high = RANGE[dtype]
    if dtype == "int16":
        return 0
    return int(rng.choice([low, high, low + 128, rng.integers(low, high + 1), rng.integers(low, high + 1)]))


def codes(rng, dtype, low=0.004, high=0.2):
    """None for real numbers. int16 steps are finer, as its range is that of 8 bits."""
    if not is_codes(dtype):
        return None
    fine = 1 / 256 if dtype == "int16" else 1
    return Codes(scale(rng, low * fine, high * fine), zero_point(rng, dtype))


def near(rng, other, dtype, factor=1.0):
    """Codes whose scale is `factor` times another's, more or less."""
    if not is_codes(dtype):
        return None
    return Codes(other.scale[0] * factor * rng.uniform(0.4, 2.5), zero_point(rng, dtype))


def array(rng, dtype, shape):
    if dtype == FLOAT:
        return rng.normal(0, 2, shape).astype(np.float32)
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype in ("int32", "int64"):
        return rng.integers(-1000, 1000, shape).astype(dtype)
    low, high = RANGE[dtype]
    if rng.random() < 0.3:  # around the middle, so that small values and ties occur
        middle = (low + high + 1) // 2
        spread = (high - low) // 16
        return rng.integers(middle - spread, middle + spread + 1, shape).astype(dtype)
    return rng.integers(low, high + 1, shape).astype(dtype)


def shape(rng, rank=4, low=1, high=7):
    return tuple(int(n) for n in rng.integers(low, high + 1, rank))


def image(rng, low=3, high=11, channels=9):
    return (int(rng.integers(1, 3)), int(rng.integers(low, high)), int(rng.integers(low, high)),
            int(rng.integers(1, channels)))
