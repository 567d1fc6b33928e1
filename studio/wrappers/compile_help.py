"""What TorchScript refuses, what that means and how to mend it: one row for each, the special ones first."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Help:
    """One kind of refusal.

    Attributes:
        construct: what stands at that line.
        says: pattern of torch's message.
        reason: what is wrong, as the second half of a sentence.
        mend: what to write instead.
        line: pattern of the user's line, where torch says the same of several constructs.
    """

    construct: str
    says: str
    reason: str
    mend: str
    line: str = ""


TABLE = (
    Help("a with statement", "variable number of arguments|with statements|context manager|'__enter__'",
         "it knows no such with block",
         "Take the block out; only torch.no_grad() and classes it can compile may stand there.",
         r"^(async )?with\b"),
    Help("torch.utils.checkpoint", ".", "checkpoints are for training",
         "Call the layer itself when self.training is false.", r"\bcheckpoint\("),
    Help("torch.func", "variable number of arguments|not supported|Unsupported",
         "it knows no transforms of functions", "Write the loop, or add a dimension and use broadcasting.",
         r"\b(vmap|torch\.func\.|functional_call)\b"),
    Help("**kwargs", "variable number of arguments", "it takes no variable number of arguments",
         "Name each argument with a default, or pass a Dict[str, Tensor].", r"\*\*\w+"),
    Help("*args", "variable number of arguments", "it takes no variable number of arguments",
         "Name each argument, or take one List[Tensor].", r"(?<![*\w\])])\*\w+\s*[,)]"),
    Help("an argument by keyword only", "keyword-only arguments", "arguments behind * may have no default there",
         "Take the * out of the argument list."),
    Help("** in a call", "keyword-arg expansion", "it cannot spread a dict over arguments",
         "Write each argument with its name."),
    Help("* in a call or an assignment", "statically infer the expected size|[Ss]tarred",
         "it cannot know how many values there are",
         "Take them one by one: parts[0], parts[1], or x.size(0), x.size(1)."),
    Help("an argument without annotation", "because it was not annotated|Expected a default value of type Tensor",
         "an argument without annotation counts as a Tensor", "Annotate it: `n: int`, `gain: float`, `name: str`."),
    Help("a power of whole numbers", r"found type '?(Tuple\[|List\[)?.*float",
         "2 ** i is a float there, and a whole number is wanted", "Write int(2 ** i).", r"\*\*"),
    Help("a division", "found type '?.*float", "a / b is a float there, and a whole number is wanted",
         "Write a // b, or int(a / b).", "[^/]/[^/]"),
    Help("Tuple[…, ...]", "type dots", "a tuple needs a known number of parts there",
         "Write List[Tensor], or each part: Tuple[Tensor, Tensor]."),
    Help("an import inside a function", "import statements", "it has no import inside functions",
         "Move the import to the top of the file."),
    Help("a module as a condition", "Could not cast value of type __torch__.* to bool",
         "a layer is neither true nor false there",
         "Write `if self.layer is not None:`, and give the attribute nn.Identity() or None in __init__."),
    Help("a condition", "Could not cast value of type .* to bool", "the condition is no bool",
         "Compare it: `if x is not None:`, `if len(x) > 0:`."),
    Help("a formatted f-string", "JoinedStr", "it knows f-strings without a format only",
         "Leave the format away, or take the print out."),
    Help("state that begins as None", r"attribute assignment\. Expected NoneType",
         "an attribute that is None at first stays None for ever",
         "Make it a tensor in __init__ (register_buffer), or annotate it in the class: `hidden: Optional[Tensor]`."),
    Help("an attribute of two types", "Wrong type for attribute assignment",
         "an attribute keeps the type it has in __init__",
         "Give it that type in __init__, or use another attribute."),
    Help("an attribute that __init__ does not set", "Tried to set nonexistent attribute",
         "attributes are made in __init__ only",
         'Set it in __init__: self.register_buffer("name", torch.zeros(1)).'),
    Help("an unknown type", "Unknown type name|Unsupported annotation|could not be resolved|Unknown type annotation",
         "it does not know the type in that annotation",
         "Annotate with Tensor, int, float, bool, str, List, Dict, Tuple or Optional."),
    Help("a numpy array", r"'numpy\.ndarray'|type 'ndarray'|class 'numpy", "it knows no numpy",
         'Make it a tensor in __init__: self.register_buffer("name", torch.from_numpy(array)).'),
    Help("a call of numpy", r"site-packages/numpy|numpy\.|has no attribute or method 'numpy'|Python builtin.*ufunc",
         "it knows no numpy",
         "Use the torch function of the same name, or compute it in __init__ and register_buffer it."),
    Help("time or chance of Python's own", "Python builtin .*(random|time|getrandbits|uniform)",
         "it cannot call Python's clock or its random numbers", "Use torch.rand(1), and take clocks out."),
    Help("next(self.parameters())", "Python builtin .*next|StopIteration|parameters",
         "it cannot look through parameters", "Use the device of the sound: x.device.",
         r"next\(|self\.parameters\(|self\.device"),
    Help("a function of Python's own", "Python builtin|builtin.*not supported|built-in",
         "it cannot call that function of Python's",
         "Use a function of torch or math, or compute the value in __init__."),
    Help("a lambda", "Lambda", "it has no lambda", "Write a method, or the expression itself."),
    Help("a function kept as an attribute",
         r"functools\.partial|on the Python module, but we failed to compile|single top-level function",
         "it cannot compile a lambda or partial that the model keeps",
         "Use a layer (nn.Tanh()), or write a method."),
    Help("layers in a dict", "Python type: 'dict'", "layers in a plain dict are unknown there",
         "Use nn.ModuleDict, and call its parts by a loop over .items() or by a literal name."),
    Help("layers in a list", "Python type: 'list'", "layers in a plain list are unknown there",
         "Use nn.ModuleList."),
    Help("an object of a class of your own", "failed to convert Python type", "it does not know that kind of value",
         "Keep numbers, texts and tensors as attributes of the model itself."),
    Help("a condition in a comprehension", "Comprehension ifs", "a comprehension has no if there",
         "Write the loop."),
    Help("a sum of a list", r"GeneratorExp|type 'List\[Tensor\]'|List\[Tensor\]",
         "the sum of a list of tensors is unknown there", "Write torch.stack([…]).sum(0).", r"\bsum\("),
    Help("a generator expression", "GeneratorExp|generator", "it has no generators",
         "Write a list: [… for … in …]."),
    Help("try … except", "try blocks|Try blocks", "it has no try", "Ask before instead: `if x.size(-1) > 0:`."),
    Help("raise or assert with an object", "raise|Exception", "it raises exceptions with a plain text only",
         'Write `raise ValueError("text")`.', r"^raise\b"),
    Help("a global variable", "closed over global variable", "it cannot use what stands outside the class",
         "Make it an attribute in __init__; a tensor by register_buffer."),
    Help("global", "global variables", "it cannot assign to what stands outside the class",
         "Keep it as an attribute of the model."),
    Help("a comparison of types", "cannot be used as a value", "it compares no types",
         "Write isinstance(x, …), or take the check out.", r"\btype\("),
    Help("sorted with a key", "cannot be used as a value|keyword.*key|unknown keyword", "sorted takes no key there",
         "Sort in __init__ and keep the names as a list.", r"\bsorted\("),
    Help("None where a Tensor is wanted", r"found type 'Optional\[|Optional\[Tensor\]", "it may be None there",
         "Ask first: `if g is not None:`, and use it inside that block."),
    Help("an index into layers", "integer literal for index|only supported with integer literals",
         "layers are found by a literal number only",
         "Loop over them: `for i, layer in enumerate(self.layers):` with `if i == wanted:`."),
    Help("del", "del statements", "it deletes no attributes", "Set it to an empty tensor, or leave it."),
    Help("a set", "Set aren't|set.*not supported", "it has no sets", "Write a list."),
    Help("super()", r"has no attribute or method 'forward'|super\(", "it cannot call the parent's forward",
         "Keep the parent as a layer of its own, or give its method another name and call that.", r"super\("),
    Help("map, filter or reversed", ".", "it knows range, enumerate, zip and len only",
         "Write the loop; backwards over range(len(x) - 1, -1, -1).", r"\b(map|filter|reversed|iter)\("),
    Help("an empty list", "Type variable 't' previously matched to type Tensor|Empty lists default",
         "an empty list is a list of tensors there", "Say what it holds: `sizes: List[int] = []`."),
    Help("a name that only one branch sets", "is not defined in the (false|true) branch",
         "the name must exist whichever way the code goes", "Give it a value before the if."),
    Help("return of two kinds", "Previous return statement", "every return gives the same type there",
         "Return the same kind each time, for instance always a tuple."),
    Help("if … else of two kinds", "if-expression's true branch|Type mismatch: .* is set to type",
         "both sides have the same type there",
         "Make both the same, for instance torch.zeros_like(x) instead of 0."),
    Help("getattr with a made-up name", "getattr's second argument", "attributes are found by a literal name only",
         "Keep the layers in an nn.ModuleList and loop over it."),
    Help("a method that no class has", "has no attribute|object has no field|Tried to access nonexistent",
         "it does not find that attribute",
         "Set it in __init__ as a number, tensor or layer, or write a method of that name."),
    Help("a function inside a function", "function definitions", "it has no function inside a function",
         "Make it a method of the class."),
    Help("yield", "Yield", "it has no generators", "Return a list."),
    Help(":=", "NamedExpr", "it has no := inside an expression", "Assign in a line before."),
    Help("a loop over a tensor's value", "all inputs of range must be ints", "range wants whole numbers",
         "Write range(int(n))."),
    Help("else of a loop", "else branches of", "a loop has no else there",
         "Set a flag in the loop and ask for it afterwards."),
    Help("print with options", "print doesn't accept", "print takes no options there", "Take the print out."),
    Help("einops", "einops", "it cannot compile einops' functions",
         "Use einops.layers.torch.Rearrange as a layer, or permute and reshape."),
    Help("code without a file", "[Cc]ould not get source|get source",
         "its source is not in a file",
         "Write the class into a .py file; a dataclass needs a plain __init__ of your own."),
    Help("dict.get with None", "aten::get", "None is no value of that dict there",
         'Ask first: `if "name" in held:`.'),
    Help("an undefined name", "undefined value", "the name is not defined there",
         "Import or assign it at the top of the file, or in __init__."),
    Help("a call with another type", "Arguments for call are not valid|Expected a value of type",
         "an argument has another type than is wanted",
         "Annotate the arguments, and convert: int(…), float(…), torch.tensor(…)."),
    Help("an unsupported construct", "aren't supported|isn't supported|not supported|[Uu]nsupported",
         "it does not know that construct", "Write it in plainer Python: loops, ifs, tensors."),
)  # fmt: skip


def help_for(message: str, line: str) -> Help | None:
    """The first row that fits torch's message and the user's line."""
    return next((row for row in TABLE if re.search(row.says, message) and re.search(row.line, line.strip())), None)
