# SPDX-License-Identifier: Apache-2.0
import numpy as np

from cases.make import i64, real, truth, whole
from model import Case


def qkv(batch=2, q=3, kv=3, length=4, keys=6, size=8, value=8, flat=False, dtype="float32"):
    shapes = [(batch, q, length, size), (batch, kv, keys, size), (batch, kv, keys, value)]
    tensors = [real(*s, dtype=dtype, low=0, high=1) for s in shapes]
    if not flat:
        return tensors
    return [np.ascontiguousarray(t.transpose(0, 2, 1, 3).reshape(t.shape[0], t.shape[2], -1)) for t in tensors]


def attention(opset):
    for flat in (False, True):
        heads = {"q_num_heads": 3, "kv_num_heads": 3} if flat else {}
        grouped = {"q_num_heads": 9, "kv_num_heads": 3} if flat else {}
        yield Case("Attention", qkv(flat=flat), heads, opset)
        yield Case("Attention", qkv(flat=flat, dtype="float16"), heads, opset)
        yield Case("Attention", qkv(flat=flat, value=10), heads, opset)
        yield Case("Attention", qkv(flat=flat, q=9), grouped, opset)
        yield Case("Attention", qkv(flat=flat), dict(heads, scale=0.01), opset)
        yield Case("Attention", qkv(flat=flat), dict(heads, is_causal=1), opset)
        yield Case("Attention", qkv(flat=flat, q=9), dict(grouped, is_causal=1), opset)
        yield Case("Attention", qkv(flat=flat), dict(heads, softcap=2.0), opset)
        for mask in (real(4, 6), truth(4, 6) | np.eye(4, 6, dtype=bool), real(2, 1, 4, 6), real(2, 3, 4, 6),
                     truth(1, 1, 4, 6) | np.eye(4, 6, dtype=bool)):
            yield Case("Attention", qkv(flat=flat) + [mask], heads, opset)
        yield Case("Attention", qkv(flat=flat) + [real(4, 6)], dict(heads, is_causal=1, softcap=3.0), opset)
        past = [real(2, 3, 5, 8), real(2, 3, 5, 8, high=1)]
        for mode in (0, 1, 2, 3):
            yield Case("Attention", qkv(flat=flat) + [real(4, 11)] + past, dict(heads, qk_matmul_output_mode=mode), opset,
                       outputs=4)
            yield Case("Attention", qkv(flat=flat) + [real(4, 6)], dict(heads, qk_matmul_output_mode=mode, softcap=2.0),
                       opset, outputs=4, used=(0, 3))
        yield Case("Attention", qkv(flat=flat) + [None] + past, dict(heads, is_causal=1), opset, outputs=3)
        yield Case("Attention", qkv(flat=flat, q=9) + [real(4, 11)] + past, grouped, opset, outputs=3)
    if opset >= 24:
        yield Case("Attention", qkv() + [real(4, 5), None, None, i64(3, 4)], {}, opset)
        yield Case("Attention", qkv() + [None, None, None, i64(3, 6)], {}, opset)


def rotary():
    for shape, more in (((2, 4, 3, 8), {}), ((2, 3, 32), {"num_heads": 4})):
        for interleaved in (0, 1):
            caches = [real(50, 4), real(50, 4)]
            positions = whole(2, 3, high=50)
            yield Case("RotaryEmbedding", [real(*shape)] + caches + [positions], dict(more, interleaved=interleaved), 23)
            part = [real(50, 2), real(50, 2)]
            yield Case("RotaryEmbedding", [real(*shape)] + part + [positions],
                       dict(more, interleaved=interleaved, rotary_embedding_dim=4), 23)
            direct = [real(2, 3, 4), real(2, 3, 4)]
            yield Case("RotaryEmbedding", [real(*shape)] + direct, dict(more, interleaved=interleaved), 23)


def cases():
    yield from attention(23)
    yield from attention(24)
    yield from rotary()
