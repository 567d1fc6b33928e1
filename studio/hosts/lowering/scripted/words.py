"""Operators in the words of LibTorch 1.9, with the arguments that newer ones take."""

import math
from typing import List, Optional, Tuple

import torch
from torch import Tensor


def pad(x: Tensor, pad: List[int], mode: str = "constant", value: Optional[float] = None) -> Tensor:
    if mode == "constant":
        fill = 0.0 if value is None else value
        return torch.constant_pad_nd(x, pad, fill)
    sides = len(pad)
    if mode == "reflect":
        return torch.ops.aten.reflection_pad1d(x, pad) if sides == 2 else torch.ops.aten.reflection_pad2d(x, pad)
    if mode == "replicate":
        if sides == 6:
            return torch.ops.aten.replication_pad3d(x, pad)
        return torch.ops.aten.replication_pad1d(x, pad) if sides == 2 else torch.ops.aten.replication_pad2d(x, pad)
    for side in range(sides // 2):  # circular; the last axis comes first
        axis = x.dim() - 1 - side
        before, after, n = pad[2 * side], pad[2 * side + 1], x.size(axis)
        parts = [x]
        if before > 0:
            parts = [x.narrow(axis, n - before, before), x]
        if after > 0:
            parts = parts + [x.narrow(axis, 0, after)]
        x = torch.cat(parts, axis)
        if before < 0 or after < 0:
            x = x.narrow(axis, max(0, -before), x.size(axis) + min(0, before) + min(0, after))
    return x


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    if approximate == "tanh":
        return 0.5 * x * (1.0 + torch.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1.0 + torch.erf(x * 0.7071067811865476))


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Optional[Tensor] = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Optional[float] = None,
    enable_gqa: bool = False,
) -> Tensor:
    factor = 1.0 / math.sqrt(float(query.size(-1))) if scale is None else scale
    if enable_gqa:
        times = query.size(-3) // key.size(-3)
        key, value = key.repeat_interleave(times, -3), value.repeat_interleave(times, -3)
    scores = torch.matmul(query * factor, key.transpose(-2, -1))
    if is_causal:
        one = torch.ones([query.size(-2), key.size(-2)], dtype=torch.bool, device=query.device)
        scores = scores.masked_fill(torch.logical_not(torch.tril(one)), -math.inf)
    if attn_mask is not None:
        if attn_mask.dtype == torch.bool:
            scores = scores.masked_fill(torch.logical_not(attn_mask), -math.inf)
        else:
            scores = scores + attn_mask
    return torch.matmul(torch.softmax(scores, -1), value)


def stft(
    x: Tensor,
    n_fft: int,
    hop_length: Optional[int] = None,
    win_length: Optional[int] = None,
    window: Optional[Tensor] = None,
    normalized: bool = False,
    onesided: Optional[bool] = None,
    return_complex: Optional[bool] = None,
    align_to_window: Optional[bool] = None,
) -> Tensor:
    assert align_to_window is None, "align_to_window is newer than this LibTorch"
    return torch.ops.aten.stft(x, n_fft, hop_length, win_length, window, normalized, onesided, return_complex)


def concat(tensors: List[Tensor], dim: int = 0) -> Tensor:
    return torch.cat(tensors, dim)


def unflatten(x: Tensor, dim: int, sizes: List[int]) -> Tensor:
    axis = dim + x.dim() if dim < 0 else dim
    shape: List[int] = list(x.size())
    return x.reshape(shape[:axis] + sizes + shape[axis + 1 :])


def rms_norm(
    x: Tensor, normalized_shape: List[int], weight: Optional[Tensor] = None, eps: Optional[float] = None
) -> Tensor:
    axes = [-1 - axis for axis in range(len(normalized_shape))]
    least = 1.1920928955078125e-07 if eps is None else eps
    made = x * torch.rsqrt(torch.mean(x * x, axes, True) + least)
    return made if weight is None else made * weight


def is_autocast_enabled() -> bool:
    return False


def is_nested(x: Tensor) -> bool:
    return False


def native_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim: int,
    num_head: int,
    qkv_weight: Tensor,
    qkv_bias: Tensor,
    proj_weight: Tensor,
    proj_bias: Tensor,
    mask: Optional[Tensor] = None,
    need_weights: bool = True,
    average_attn_weights: bool = True,
    mask_type: Optional[int] = None,
) -> Tuple[Tensor, Tensor]:
    """Attention of a whole layer, `[batch, length, embed_dim]`."""
    assert mask is None, "torch._native_multi_head_attention with a mask is newer than this LibTorch"
    heads: List[Tensor] = []
    for part, given in enumerate([query, key, value]):
        weight = qkv_weight[part * embed_dim : (part + 1) * embed_dim]
        made = torch._C._nn.linear(given, weight, qkv_bias[part * embed_dim : (part + 1) * embed_dim])
        heads.append(made.reshape(given.size(0), given.size(1), num_head, -1).transpose(1, 2))
    scores = torch.matmul(heads[0], heads[1].transpose(-2, -1)) / math.sqrt(float(embed_dim) / float(num_head))
    weights = torch.softmax(scores, -1)
    mixed = torch.matmul(weights, heads[2]).transpose(1, 2).reshape(query.size(0), query.size(1), embed_dim)
    shown = torch.mean(weights, [1]) if average_attn_weights else weights
    return torch._C._nn.linear(mixed, proj_weight, proj_bias), shown


def encoder_layer(
    src: Tensor,
    embed_dim: int,
    num_heads: int,
    qkv_weight: Tensor,
    qkv_bias: Tensor,
    proj_weight: Tensor,
    proj_bias: Tensor,
    use_gelu: bool,
    norm_first: bool,
    eps: float,
    norm_weight_1: Tensor,
    norm_bias_1: Tensor,
    norm_weight_2: Tensor,
    norm_bias_2: Tensor,
    ffn_weight_1: Tensor,
    ffn_bias_1: Tensor,
    ffn_weight_2: Tensor,
    ffn_bias_2: Tensor,
    mask: Optional[Tensor] = None,
    mask_type: Optional[int] = None,
) -> Tensor:
    """One layer of a transformer's encoder, `[batch, length, embed_dim]`."""
    x = torch.layer_norm(src, [embed_dim], norm_weight_1, norm_bias_1, eps) if norm_first else src
    made = torch._native_multi_head_attention(
        x, x, x, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, False, True, mask_type
    )
    x = src + made[0]
    x = x if norm_first else torch.layer_norm(x, [embed_dim], norm_weight_1, norm_bias_1, eps)
    y = torch.layer_norm(x, [embed_dim], norm_weight_2, norm_bias_2, eps) if norm_first else x
    y = torch._C._nn.linear(y, ffn_weight_1, ffn_bias_1)
    y = torch._C._nn.gelu(y) if use_gelu else torch.relu(y)
    x = x + torch._C._nn.linear(y, ffn_weight_2, ffn_bias_2)
    return x if norm_first else torch.layer_norm(x, [embed_dim], norm_weight_2, norm_bias_2, eps)


def absent(name: str) -> Tensor:
    assert len(name) == 0, name + " is newer than this LibTorch"
    return torch.zeros([0])


def absent_pair(name: str) -> Tuple[Tensor, Tensor]:
    assert len(name) == 0, name + " is newer than this LibTorch"
    return torch.zeros([0]), torch.zeros([0])
