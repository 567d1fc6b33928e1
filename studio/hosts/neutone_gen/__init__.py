"""Neutone Gen: one .nm file for the plugin that makes sound as a whole."""

from studio.hosts.neutone_gen.package import package
from studio.hosts.neutone_gen.read import read
from studio.hosts.neutone_gen.reference import reference
from studio.hosts.neutone_gen.rewrite import rewrite
from studio.hosts.neutone_gen.verify import verify

__all__ = ["package", "read", "reference", "rewrite", "verify"]
