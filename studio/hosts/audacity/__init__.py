"""Audacity: a folder for the deep learning tools, as it goes to Hugging Face."""

from studio.hosts.audacity.package import package
from studio.hosts.audacity.read import read
from studio.hosts.audacity.reference import reference
from studio.hosts.audacity.rewrite import rewrite
from studio.hosts.audacity.verify import verify

__all__ = ["package", "read", "reference", "rewrite", "verify"]
