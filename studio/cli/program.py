"""What all commands stand on: the program, how a command ends, and how a model is opened for one."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from studio.cli import options as opt
from studio.cli.output import show, show_error
from studio.cli.progress import reporting
from studio.diagnostics.noting import in_words, note_opened
from studio.document.opened import ModelSource, OpenedModel
from studio.errors import JobFault, StudioError
from studio.flows.opening import open_model
from studio.storage import scratch_folder

log = logging.getLogger(__name__)
UsageError: type[Exception] = typer.BadParameter.__bases__[0]  # typer brings its own click, under a private name
app = typer.Typer(
    name="studio",
    help="Hear, wrap, measure and export PyTorch audio models. Without a command the window opens.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def dispatch(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 2 refused, 1 a fault of ours."""
    words = list(arguments)
    as_json, debug = "--json" in words, "--debug" in words
    try:
        code = typer.main.get_command(app).main(words, prog_name="studio", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except UsageError as error:
        return _refuse(_usage(error), as_json, debug)
    except StudioError as error:
        return _refuse(error, as_json, debug)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # a fault of ours: said in one sentence, traced with --debug
        log.exception("Something unforeseen happened.")
        if debug:
            traceback.print_exc()
        fault = JobFault(
            f"Something unforeseen happened: {error}.", "Run it again with --debug and report what it says."
        )
        show_error(fault, None, as_json)
        return 1


@contextmanager
def opened(asked: ModelSource, trust: bool) -> Iterator[OpenedModel]:
    """The opened model, with its staged files for as long as they are needed."""
    with scratch_folder("model") as folder:
        with reporting("Opening") as report:
            model = open_model(asked, folder, trust=opt.trust_for(asked, trust), report=report)
        note_opened("model", asked.path, model.kind, model.digest)
        yield model


def finish(outcome: dict[str, Any], text: str, error: StudioError | None, as_json: bool) -> int:
    if error is None:
        show(outcome, text, as_json)
        return 0
    if not as_json:
        show(outcome, text, False)
    show_error(error, outcome, as_json)
    return 2


def _refuse(error: StudioError, as_json: bool, debug: bool) -> int:
    log.info("Refused: %s", in_words(error))
    output = getattr(error, "output", "")
    if debug and output:
        sys.stderr.write(output + "\n")
    show_error(error, None, as_json)
    return 1 if isinstance(error, JobFault) else 2


def _usage(error: Any) -> StudioError:
    """A refusal of the option parser, which names the option or holds the parameter."""
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", "") or (parameter.opts[0] if parameter else "")
    fields = [str(name).lstrip("-")] if name else ()
    return StudioError(error.format_message(), "See studio --help.", fields=fields)
