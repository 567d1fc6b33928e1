"""What Hugging Face, the network between, or the token refuses, in a sentence that never holds the token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

from studio.errors import HostError, StudioError

LOGIN = "Make a token that may write at huggingface.co/settings/tokens and set HF_TOKEN, or run: hf auth login."
AGAIN = "Run it again; what was sent already is not sent twice."


@contextmanager
def told(repo: str, token: str | None) -> Iterator[None]:
    """Turn whatever goes wrong inside into a HostError about `repo`.

    Its text is made here or scrubbed, and the original exception is let go: it could hold the headers of a request.
    """
    try:
        yield
    except StudioError:
        raise
    except Exception as error:  # the client's own kinds, the network's, the disk's
        said, hint = _sentence(error, repo)
        raise HostError(scrubbed(said, token), hint, about=repo) from None


def scrubbed(text: str, token: str | None) -> str:
    """`text` without the token."""
    return text.replace(token, "…") if token else text


def _sentence(error: BaseException, repo: str) -> tuple[str, str]:
    if isinstance(error, LocalTokenNotFoundError):
        return "You are not logged in to Hugging Face.", LOGIN
    if isinstance(error, OfflineModeIsEnabled):
        return "Hugging Face is switched off by HF_HUB_OFFLINE.", "Unset HF_HUB_OFFLINE and try again."
    response = _response(error)
    if response is not None:
        return _refused(response, repo)
    if _is_network(error):
        return "Hugging Face cannot be reached.", f"Look at the network connection. {AGAIN}"
    first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return f"{repo} could not be published: {first}", AGAIN


def _refused(response: Any, repo: str) -> tuple[str, str]:
    why = response.headers.get("x-error-message", "").strip().splitlines()
    because = f" It says: {why[0][:200]}" if why else ""
    owner = repo.partition("/")[0]
    if response.status_code == 401:
        return "Hugging Face does not accept the token: it is wrong or has run out.", LOGIN
    if response.status_code in (402, 403):
        return f"The token may not write to {repo}.{because}", f"Take a token with the right to write for {owner}."
    if response.status_code == 404:
        return f"There is no {repo} that this token may see.{because}", f"Check the name, and that {owner} is right."
    if response.status_code == 409:
        return f"The name {repo} is taken.{because}", "Choose another name, or look what is there."
    if response.status_code == 429:
        wait = response.headers.get("retry-after", "")
        when = f"in {wait} seconds" if wait.isdecimal() else "in some minutes"
        return "Hugging Face takes no more requests for now.", f"Try again {when}; what was sent stays."
    if response.status_code >= 500:
        return f"Hugging Face has a fault of its own ({response.status_code}).", f"Try later. {AGAIN}"
    return f"Hugging Face refused {repo} ({response.status_code}).{because}", f"Mend that. {AGAIN}"


def _response(error: BaseException | None) -> Any:
    """The answer that an error, or one of its causes, is about."""
    while error is not None:
        if isinstance(error, HfHubHTTPError):
            return error.response
        error = error.__cause__
    return None


def _is_network(error: BaseException | None) -> bool:
    """Whether it, or what caused it, is one of the HTTP client's own, whichever client that is, or the system's."""
    while error is not None:
        client = any(each.__name__ == "TransportError" for each in type(error).__mro__)
        if client or isinstance(error, (ConnectionError, TimeoutError)):
            return True
        error = error.__cause__
    return False
