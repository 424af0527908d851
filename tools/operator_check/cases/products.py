# SPDX-License-Identifier: Apache-2.0
from cases.make import number, real, whole
from model import Case


def matrices():
    for a, b in (((3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((1, 2, 3, 4), (1, 2, 4, 5)), ((4,), (4,)), ((4,), (3, 4, 2)),
                 ((3, 1, 2, 4), (5, 4, 6)), ((2, 4), (4,))):
        yield Case("MatMul", [real(*a), real(*b)], {}, 13)
        yield Case("MatMul", [real(*a), real(*b)], {}, 13, constants=(1,))
        yield Case("MatMul", [whole(*a, dtype="int32"), whole(*b, dtype="int32")], {}, 13)
    for more in ({}, {"transA": 1}, {"transB": 1}, {"alpha": 0.5, "beta": 0.25}):
        a = (4, 3) if "transA" in more else (3, 4)
        b = (5, 4) if "transB" in more else (4, 5)
        for c in ((5,), (1, 5), (3, 5), (3, 1), (), None):
            inputs = [real(*a), real(*b)] + ([] if c is None else [real(*c)])
            yield Case("Gemm", inputs, more, 13, note=str(c))
            yield Case("Gemm", inputs, more, 13, note=str(c) + "const", constants=(1, 2))
    for dtype in ("uint8", "int8"):
        yield Case("MatMulInteger", [whole(4, 3, dtype="uint8"), whole(3, 2, dtype=dtype), number(5, "uint8"),
                                     number(1, dtype)], {}, 10)


def einsums():
    for equation, shapes in (("ij->ji", [(3, 4)]), ("ij->i", [(3, 4)]), ("...ii->...i", [(2, 3, 3)]),
                             ("i,i", [(5,), (5,)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
                             ("ij,jk", [(3, 4), (4, 5)]), ("bhqd,bhkd->bhqk", [(1, 2, 3, 4), (1, 2, 5, 4)]),
                             ("bqhd,bkhd->bhqk", [(1, 3, 2, 4), (1, 5, 2, 4)]), ("i,j->ij", [(3,), (4,)]),
                             ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)])):
        yield Case("Einsum", [real(*s) for s in shapes], {"equation": equation}, 12, note=equation.replace(">", ""))


def recurrent():
    for op, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        for direction in ("forward", "reverse", "bidirectional"):
            n = 2 if direction == "bidirectional" else 1
            for layout in (0, 1):
                x = real(2, 3, 4)  # [sequence, batch, input], or layout 1: [batch, sequence, input]
                inputs = [x, real(n, gates * 5, 4), real(n, gates * 5, 5), real(n, 2 * gates * 5)]
                more = {"hidden_size": 5, "direction": direction}
                if layout:
                    continue
                yield Case(op, inputs, dict(more, layout=layout), 22, outputs=3 if op == "LSTM" else 2,
                           constants=(1, 2, 3))
                if op == "GRU":
                    yield Case(op, inputs, dict(more, linear_before_reset=1), 22, outputs=2, constants=(1, 2, 3))


def cases():
    yield from matrices()
    yield from einsums()
    yield from recurrent()
