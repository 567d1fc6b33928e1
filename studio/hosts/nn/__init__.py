"""nn~: one .ts file for Max and Pure Data."""

from studio.hosts.nn.package import package
from studio.hosts.nn.read import read
from studio.hosts.nn.reference import reference
from studio.hosts.nn.rewrite import rewrite
from studio.hosts.nn.verify import verify

__all__ = ["package", "read", "reference", "rewrite", "verify"]
