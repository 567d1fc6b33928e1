"""What an operator of torch does beside arithmetic, by its name space and name."""

from __future__ import annotations

import re

SPACES = frozenset(
    {"aten", "prim", "prims", "quantized", "_quantized", "quantization", "sparse", "mkldnn", "mkldnn_prepacked", "mkl"}
    | {"onednn", "profiler", "static_runtime", "prepacked", "rngprims", "higher_order"}
)
NETWORK = re.compile(r"(_?c10d\w*|symm_mem|_dtensor|rpc|dist\w*|nccl)$")
FILES = re.compile(r"(.*_)?(file|files|save|saved|load|loads|dlopen|mmap|path|url|download)(_.*)?$")
CALLS_OUT = re.compile(r"(rpc_\w+|.*python_?op)$", re.IGNORECASE)
MEMORY = re.compile(r"data_ptr$|_nested_view_from_buffer\w*$|_alloc_from_pool$|_reinterpret_tensor$")
THREADS = frozenset({"fork", "wait", "awaitable", "awaitable_wait", "awaitable_nowait"})


def words_for_operator(space: str, name: str) -> str:
    """What an operator does beside arithmetic, in plain words; empty where that is nothing."""
    if FILES.match(name):
        return "reads or writes files"
    if NETWORK.match(space) or CALLS_OUT.match(name):
        return "reaches other processes"
    if MEMORY.match(name):
        return "looks at raw memory"
    return "" if space in SPACES else "needs compiled code of its own"


def acts_on_files(name: str) -> bool:
    """Whether an operator of that name would read or write files, in whichever name space."""
    return FILES.match(name) is not None
