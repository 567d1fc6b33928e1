"""ONNX: one file for runtimes that are no torch, with what the model remembers as inputs and outputs."""

from studio.hosts.onnx.package import package
from studio.hosts.onnx.read import read
from studio.hosts.onnx.reference import reference
from studio.hosts.onnx.verify import verify

__all__ = ["package", "read", "reference", "verify"]
