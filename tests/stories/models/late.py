import torch


class Late(torch.nn.Module):
    """A hundred samples late, remembered from block to block."""

    def __init__(self):
        super().__init__()
        self.register_buffer("past", torch.zeros(1, 1, 100))

    def forward(self, x):
        whole = torch.cat((self.past.expand(x.shape[0], x.shape[1], 100), x), -1)
        self.past = whole[:1, :1, -100:].detach()
        return whole[..., : x.shape[-1]]
