"""HARP: a folder that runs as an endpoint."""

from studio.hosts.harp.package import package
from studio.hosts.harp.read import read
from studio.hosts.harp.reference import reference
from studio.hosts.harp.rewrite import rewrite
from studio.hosts.harp.verify import verify

__all__ = ["package", "read", "reference", "rewrite", "verify"]
