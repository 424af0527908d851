# SPDX-License-Identifier: Apache-2.0
from cases.make import f32, i64, number, real, truth, whole
from model import Case

OPERATORS = ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
             "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare")


def reduces():
    for op in OPERATORS:
        x = real(3, 2, 4, low=0.1 if op == "ReduceLogSum" else -2, high=2)
        old = 11 if op == "ReduceSum" else 13
        yield Case(op, [x], {"axes": [1]}, old)
        yield Case(op, [x], {"axes": [0, -1], "keepdims": 0}, 7)
        yield Case(op, [x], {}, 18)
        for axes in (i64(1), i64(-2), i64(0, 2)):
            for keep in (0, 1):
                yield Case(op, [x, axes], {"keepdims": keep}, 18, note="axes" + "_".join(map(str, axes)))
        empty = i64()
        yield Case(op, [x, empty], {"keepdims": 1}, 18, note="empty")
        yield Case(op, [x, empty], {"keepdims": 1, "noop_with_empty_axes": 1}, 18, note="empty")
        yield Case(op, [x], {"noop_with_empty_axes": 1}, 18)
        yield Case(op, [x, i64(2)], {"keepdims": 1}, 20 if op in ("ReduceMax", "ReduceMin") else 18, note="const",
                   constants=(1,))
        yield Case(op, [real(2, 0, 4), i64(1)], {"keepdims": 1}, 20 if op in ("ReduceMax", "ReduceMin") else 18,
                   note="set")
    for op in ("ReduceMax", "ReduceMin"):
        yield Case(op, [truth(4, 2), i64(1)], {"keepdims": 1}, 20)
        for dtype in ("int8", "uint8", "int32", "int64"):
            yield Case(op, [whole(4, 3, dtype=dtype), i64(1)], {"keepdims": 0}, 20)
    for op in ("ReduceSum", "ReduceMean", "ReduceProd", "ReduceSumSquare", "ReduceL1", "ReduceL2"):
        for dtype in ("int32", "int64"):
            yield Case(op, [whole(4, 3, dtype=dtype, low=1, high=9), i64(1)], {"keepdims": 0}, 18)


def searches():
    x = f32([2, 2, 1], [3, 10, 10])
    for op in ("ArgMax", "ArgMin"):
        for last in (0, 1):
            for axis in (0, 1, -1):
                for keep in (0, 1):
                    yield Case(op, [x], {"axis": axis, "keepdims": keep, "select_last_index": last}, 13)
        yield Case(op, [x], {}, 11)
        yield Case(op, [whole(3, 4, dtype="int32")], {"axis": 1}, 13)
    for dtype in ("float32", "int64", "int32", "uint8", "float16"):
        data = whole(3, 4, dtype=dtype, high=6)
        for attributes in ({"axis": 1}, {"axis": 0, "largest": 0}, {"axis": -1, "sorted": 1}):
            yield Case("TopK", [data, i64(3)], attributes, 24 if dtype == "float16" else 11, outputs=2)
    for dtype in ("float32", "int32", "int64"):
        data = whole(3, 4, dtype=dtype, high=6)
        for attributes in ({}, {"exclusive": 1}, {"reverse": 1}, {"exclusive": 1, "reverse": 1}):
            yield Case("CumSum", [data, number(1, "int32")], attributes, 14)
    yield Case("CumSum", [real(2, 3), number(-1, "int64")], {}, 14)


def cases():
    yield from reduces()
    yield from searches()
