"""TorchScript of Neutone Gen packages."""
