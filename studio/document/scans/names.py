"""Which names a pickle may ask for, and what the others would do, in plain words.

The judgement is by what somebody vouched for: a name that is on neither list is not harmless, it is unknown.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

Judgement = Literal["tensors", "settings", "script", "foreign"]
COMPUTED = "?"  # stands for a name that the pickle works out
TENSORS = re.compile(
    r"(collections\.OrderedDict|torch\._utils\._rebuild_(tensor|tensor_v[23]|parameter|parameter_with_state|qtensor"
    r"|sparse_tensor|meta_tensor_no_storage|nested_tensor)|torch\._tensor\._rebuild_from_type_v2|torch\.Tensor"
    r"|torch\.nn\.parameter\.(Parameter|Buffer)|torch\.(\w+Storage|storage\.(UntypedStorage|TypedStorage))"
    r"|torch\.(Size|device|float(16|32|64)|bfloat16|half|double|float8_\w+|u?int(8|16|32|64)|bool|complex(32|64|128)"
    r"|per_tensor_affine|per_channel_affine|serialization\._get_layout)"
    r"|_codecs\.encode|(builtins|__builtin__)\.(set|frozenset|bytearray|complex|slice|x?range))$"
)
SETTINGS = re.compile(
    r"(argparse\.Namespace|pathlib\.(_local\.)?(Pure)?(Posix|Windows)?Path|datetime\.(datetime|date|time|timedelta"
    r"|timezone)|collections\.(Counter|defaultdict|deque)|decimal\.Decimal|uuid\.UUID|fractions\.Fraction"
    r"|numpy\.(_?core)\.multiarray\.(_reconstruct|scalar)|numpy\.(_?core)\.numeric\._frombuffer"
    r"|numpy\.(ndarray|dtype)|numpy\.dtypes\.\w+"
    r"|omegaconf\.(dictconfig\.DictConfig|listconfig\.ListConfig|base\.(ContainerMetadata|Metadata|Node)"
    r"|nodes\.\w+Node)|typing\.(Any|Dict|List|Union|Optional|Tuple)"
    r"|(pytorch_lightning|lightning\.pytorch|lightning_fabric|lightning\.fabric)\.utilities"
    r"\.(parsing\.AttributeDict|data_structures\.AttributeDict|enums\.\w+)"
    r"|(builtins|__builtin__)\.(int|str|unicode|float|bool|list|dict|tuple|bytes|object|NoneType))$"
)
SCRIPT = re.compile(r"(__torch__(\.\w+)+|torch\.jit\._pickle\.(build_\w+list|build_tensor_from_id|restore_type_tag))$")
BUILTINS = r"(builtins|__builtin__)\."
PROGRAMS, TEXT, FILES = "starts programs", "runs text as a program", "touches files"
NETWORK, UNPICKLES, IMPORTS = "uses the network", "unpickles more", "imports what it chooses"
COMPILED, HIDES = "runs compiled code", "hides what it calls"
ACTS = (
    (r"(os|posix|nt)\.(system|popen|exec\w*|spawn\w*|fork\w*|posix_spawn\w*|startfile)$", PROGRAMS),
    (r"(subprocess|pty|commands|popen2|multiprocessing|asyncio|concurrent|platform|webbrowser)\.", PROGRAMS),
    (BUILTINS + r"(eval|exec|execfile|compile)$", TEXT),
    (r"(code|codeop|timeit|trace|cProfile|profile|pdb|bdb|doctest|runpy|idlelib|torch\._dynamo)\.", TEXT),
    (BUILTINS + r"(open|input|print)$", FILES),
    (r"(os|posix|nt|shutil|io|_io|tempfile|glob|fileinput|linecache|zipfile|tarfile|sqlite3|pathlib)\.", FILES),
    (r"numpy\.(load|save\w*|fromfile|memmap|f2py|testing)|torch\.(save|from_file)$", FILES),
    (r"(socket|ssl|http|urllib\d?|requests|ftplib|smtplib|telnetlib|xmlrpc|aiohttp)\.", NETWORK),
    (r"torch\.(hub|distributed)\.", NETWORK),
    (r"(_?pickle|cPickle|dill|cloudpickle|joblib|marshal|shelve|jsonpickle)\.", UNPICKLES),
    (r"torch\.(load|serialization\.load|jit\.load|package|storage\._load_from_bytes)", UNPICKLES),
    (r"(importlib|imp|pkgutil|zipimport|pip|ensurepip|venv|setuptools|distutils)\.", IMPORTS),
    (BUILTINS + r"__import__$", IMPORTS),
    (r"(ctypes|_ctypes|cffi|torch\.(ops|utils\.cpp_extension|_inductor|classes))\b", COMPILED),
    (BUILTINS + r"(getattr|setattr|delattr|globals|locals|vars|map|filter|apply|type|super)$", HIDES),
    (r"(_?operator|functools|types|inspect|gc|sys|weakref|copy_?reg|signal|threading|atexit)\.", HIDES),
)


@functools.lru_cache(1 << 12)
def judge_name(name: str) -> Judgement:
    """How far a pickled name is vouched for."""
    if TENSORS.match(name):
        return "tensors"
    if SETTINGS.match(name):
        return "settings"
    return "script" if SCRIPT.match(name) else "foreign"


def words_for_name(name: str) -> str:
    """What calling a foreign name does: `starts programs: os.system`."""
    if name == COMPUTED:
        return HIDES
    act = next((words for pattern, words in ACTS if re.match(pattern, name)), "imports and calls")
    return f"{act} {name}" if act == "imports and calls" else f"{act}: {name}"
