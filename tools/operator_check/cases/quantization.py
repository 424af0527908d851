# SPDX-License-Identifier: Apache-2.0
import numpy as np

from cases.make import f32, number, real, whole
from model import Case, FourBit


def cases():
    x = real(3, 6, low=-300, high=300)
    for opset in (10, 13, 19, 21, 23):
        for dtype in ("uint8", "int8") + (("uint16", "int16") if opset >= 21 else ()):
            zero = number(7, dtype)
            yield Case("QuantizeLinear", [x, number(2.5, "float32"), zero], {}, opset, constants=(1, 2),
                       quantized=dtype != "uint16")
            yield Case("DequantizeLinear", [whole(3, 6, dtype=dtype, high=100), number(2.5, "float32"), zero], {}, opset,
                       constants=(1, 2),
                       quantized=dtype != "uint16")
            if opset >= 13:
                scales, zeros = real(6, low=0.5, high=3), whole(6, dtype=dtype)
                yield Case("QuantizeLinear", [x, scales, zeros], {"axis": 1}, opset, constants=(1, 2),
                       quantized=dtype != "uint16")
                yield Case("QuantizeLinear", [real(2, 3, 4), real(3, low=0.5), whole(3, dtype=dtype)], {"axis": -2}, opset,
                           constants=(1, 2),
                       quantized=dtype != "uint16")
                yield Case("DequantizeLinear", [whole(3, 6, dtype=dtype, high=100), scales, zeros], {"axis": 1}, opset,
                           constants=(1, 2),
                       quantized=dtype != "uint16")
    yield Case("DequantizeLinear", [whole(3, 6, dtype="int32"), number(0.5, "float32")], {}, 19, constants=(1,))
    for dtype in ("uint8", "int8", "int16", "uint16"):
        for axis, shape in ((1, (3, 2)), (0, (1, 6))):
            scales = real(*shape, low=0.5, high=3)
            block = {"axis": axis, "block_size": 3}
            for zeros in ([], [whole(*shape, dtype=dtype)]):
                yield Case("QuantizeLinear", [x, scales] + (zeros or [np.zeros(shape, dtype)]), block, 21,
                           constants=(1, 2))
                yield Case("DequantizeLinear", [whole(3, 6, dtype=dtype, high=100), scales] + zeros, block, 21,
                           constants=(1, 2))
    for signed in (True, False):
        low, high = (-8, 8) if signed else (0, 16)
        codes = FourBit(whole(3, 6, low=low, high=high), signed)
        scales = real(3, 2, low=0.5, high=3)
        yield Case("DequantizeLinear", [codes, number(0.5, "float32"), FourBit(number(3, "int64"), signed)], {}, 21,
                   constants=(1,), note=f"signed{signed}")
        yield Case("DequantizeLinear", [codes, real(6, low=0.5), FourBit(whole(6, low=0, high=7), signed)], {"axis": 1}, 21,
                   constants=(1,), note=f"signed{signed}")
        yield Case("DequantizeLinear", [codes, scales, FourBit(whole(3, 2, low=0, high=7), signed)],
                   {"axis": 1, "block_size": 3}, 21, constants=(1,), note=f"signed{signed}")
        yield Case("DequantizeLinear", [codes, scales], {"axis": 1, "block_size": 3}, 21, constants=(1,),
                   note=f"signed{signed}nozero")
    yield Case("DynamicQuantizeLinear", [real(3, 4)], {}, 11, outputs=3)
    a, b = whole(2, 4, dtype="uint8", high=255), whole(4, 3, dtype="uint8", high=255)
    tail = [number(0.0066, "float32"), number(113, "uint8")]
    right = [number(0.00705, "float32"), number(114, "uint8")]
    yield Case("QLinearMatMul", [a] + tail + [b] + right + [number(0.0107, "float32"), number(118, "uint8")], {}, 21,
               constants=(1, 2, 4, 5, 6, 7), quantized=True)
    yield Case("QLinearConv", [whole(1, 1, 7, 7, dtype="uint8", high=255), number(0.0037, "float32"), number(132, "uint8"),
                               whole(1, 1, 1, 1, dtype="uint8", high=255), number(0.0017, "float32"), number(255, "uint8"),
                               number(0.00162, "float32"), number(123, "uint8")], {}, 10,
               constants=(1, 2, 3, 4, 5, 6, 7), quantized=True)
