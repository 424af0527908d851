# SPDX-License-Identifier: Apache-2.0
from cases.make import real
from model import Case


def cases():
    x = real(3, 4, 5, 6)
    for eps in (1e-5, 1e-2):
        yield Case("GroupNormalization", [x, real(2), real(2)], {"num_groups": 2, "epsilon": eps}, 18)
        yield Case("GroupNormalization", [x, real(4), real(4)], {"num_groups": 2, "epsilon": eps}, 21)
        yield Case("InstanceNormalization", [x, real(4), real(4)], {"epsilon": eps}, 22)
    for axis in (0, 1, 2, 3, -1, -2, -3, -4):
        tail = x.shape[axis:]
        yield Case("LayerNormalization", [x, real(*tail), real(*tail)], {"axis": axis}, 17, outputs=3)
        yield Case("LayerNormalization", [x, real(*tail)], {"axis": axis, "epsilon": 0.1}, 17)
        yield Case("RMSNormalization", [x, real(*tail)], {"axis": axis}, 23)
        yield Case("RMSNormalization", [x, real(*tail)], {"axis": axis, "epsilon": 0.1}, 23)
    yield Case("RMSNormalization", [real(2, 3, 4, dtype="float16"), real(4, dtype="float16")], {}, 23)
    yield Case("LayerNormalization", [real(2, 3, 4), real(4), real(4)], {}, 17, constants=(1, 2))
    yield Case("MeanVarianceNormalization", [real(3, 3, 3, 1)], {}, 13)
    yield Case("MeanVarianceNormalization", [real(3, 3, 3, 1)], {"axes": [1, 2]}, 13)
    for p in (1, 2):
        for axis in (0, -1):
            yield Case("LpNormalization", [real(3, 4, 5)], {"p": p, "axis": axis}, 22)
    for more in ({"size": 3}, {"size": 3, "alpha": 0.0002, "beta": 0.5, "bias": 2.0}):
        yield Case("LRN", [real(2, 5, 4, 4)], more, 13)
    parameters = [real(4), real(4), real(4), real(4, low=0.1)]
    for opset in (7, 9, 14, 15):
        yield Case("BatchNormalization", [x] + parameters, {"epsilon": 1e-3}, opset)
        yield Case("BatchNormalization", [x] + parameters, {}, opset, constants=(1, 2, 3, 4))
    yield Case("BatchNormalization", [real(3, 4)] + parameters, {}, 15, constants=(1, 2, 3, 4))
    yield Case("BatchNormalization", [real(3, 4, 2, 2, 2)] + parameters, {}, 15, constants=(1, 2, 3, 4))
    for op in ("Softmax", "LogSoftmax"):
        for opset in (11, 13):
            for axis in (0, 1, 2, -1):
                yield Case(op, [real(3, 4, 5)], {"axis": axis}, opset)
        yield Case(op, [real(2, 4) * 10000], {}, 13)
    for training in (None,):
        yield Case("Dropout", [real(3, 4)], {}, 22)
        yield Case("Dropout", [real(3, 4)], {}, 22, outputs=2)
