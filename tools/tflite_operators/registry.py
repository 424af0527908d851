# SPDX-License-Identifier: Apache-2.0
"""The operators that can be drawn: a function (rng, dtype) -> Case for each, and the types it is drawn for."""

EIGHT_BITS = ("uint8", "int8")
QUANTIZED = ("uint8", "int8", "int16")
ALL = QUANTIZED + ("float32",)

OPERATORS = {}  # name -> (function, types)


def operator(*names, types=ALL):
    def add(function):
        for name in names:
            OPERATORS[name] = (lambda rng, dtype, name=name: function(rng, dtype, name), types)
        return function

    return add
