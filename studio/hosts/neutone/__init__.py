"""Neutone: one .nm file for the plugin of that name."""

from studio.hosts.neutone.package import package
from studio.hosts.neutone.read import read
from studio.hosts.neutone.reference import reference
from studio.hosts.neutone.rewrite import rewrite
from studio.hosts.neutone.verify import verify

__all__ = ["package", "read", "reference", "rewrite", "verify"]
