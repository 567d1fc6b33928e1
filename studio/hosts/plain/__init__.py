"""Plain TorchScript: one file for scripts of one's own, with its card and a page on how to load it."""

from studio.hosts.plain.package import package
from studio.hosts.plain.read import read
from studio.hosts.plain.reference import reference
from studio.hosts.plain.rewrite import rewrite
from studio.hosts.plain.verify import verify

__all__ = ["package", "read", "reference", "rewrite", "verify"]
