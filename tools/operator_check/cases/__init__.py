# SPDX-License-Identifier: Apache-2.0
"""The cases, a file for each family of operators; each has a function cases() that yields them."""
from cases import attention, elementwise, movement, normalization, products, quantization, reductions, windows


def all_cases():
    for family in (elementwise, movement, reductions, windows, normalization, products, attention, quantization):
        yield from family.cases()
