"""Sources of models as people hold them, each with a way of its own to be called."""

MODELS = {
    "TB1_lstm": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 8)
        self.out = nn.Linear(8, 1)
    def forward(self, x):
        y, _ = self.rnn(x)
        return self.out(y)
""",
    "cplx512": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.rand(257, dtype=torch.cfloat))
        self.l = nn.Linear(257, 257)
    def forward(self, spec):
        assert torch.is_complex(spec)
        return spec * self.gain[None, :, None] * torch.sigmoid(self.l(spec.abs().transpose(1, 2))).transpose(1, 2)
""",
    "cplx1024": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(2, 8, 1), nn.ReLU(), nn.Conv2d(8, 2, 1))
        self.f = nn.Parameter(torch.rand(513, 1))
    def forward(self, spec):
        return self.net(spec) * self.f
""",
    "cplx2048": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(1025 * 2, 1025 * 2)
    def forward(self, spec):
        b, f, t, r = spec.shape
        y = self.lin(spec.permute(0, 2, 1, 3).reshape(b, t, f * r))
        return y.reshape(b, t, f, 2).permute(0, 2, 1, 3)
""",
    "cplx4096": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2049, 16)
        self.b = nn.Linear(16, 2049)
    def forward(self, spec):
        mag = torch.abs(spec)
        m = torch.sigmoid(self.b(self.a(mag.transpose(-1, -2)))).transpose(-1, -2)
        return torch.polar(mag * m, torch.angle(spec))
""",
    "state_arg_gru": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)
    def forward(self, x, h):
        y, h = self.rnn(x, h)
        return (self.out(y), h)
""",
    "state_arg_lstm_opt": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)
    def forward(self, x, hidden: Optional[Tuple[Tensor, Tensor]]=None):
        y, hidden = self.rnn(x, hidden)
        return (self.out(y), hidden)
""",
    "state_arg_first": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)
    def forward(self, x, state):
        y, state = self.rnn(x, state)
        return (state, self.out(y))
""",
    "state_arg_conv": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 32)
    def forward(self, x, past):
        z = torch.cat([past, x], -1)
        return (self.conv(z), z[..., -31:])
""",
    "state_attr_none": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)
        self.hidden = None
    def forward(self, x):
        y, self.hidden = self.rnn(x, self.hidden)
        return self.out(y) + x
""",
    "state_buffer": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('last', torch.zeros(1, 1, 1))
    def forward(self, x):
        z = torch.cat([self.last, x], -1)
        self.last = x[..., -1:].clone()
        return z[..., 1:] + 0.5 * z[..., :-1]
""",
    "state_conv_cache": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 4, 17)
        self.out = nn.Conv1d(4, 1, 1)
        self.cache = torch.zeros(1, 1, 16)
    def forward(self, x):
        z = torch.cat([self.cache, x], -1)
        self.cache = z[..., -16:].detach()
        return self.out(torch.tanh(self.conv(z)))
""",
    "mult256": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(256, 256)
    def forward(self, x):
        b, c, t = x.shape
        return self.l(x.reshape(b, c, t // 256, 256)).reshape(b, c, t)
""",
    "mult2048": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.Conv1d(1, 32, 2048, stride=2048)
        self.u = nn.ConvTranspose1d(32, 1, 2048, stride=2048)
    def forward(self, x):
        assert x.shape[-1] % 2048 == 0, 'length must be a multiple of 2048'
        return self.u(torch.tanh(self.d(x)))
""",
    "fixed16384": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.rand(1, 1, 16384))
    def forward(self, x):
        if x.shape[-1] != 16384:
            raise ValueError('expects 16384 samples')
        return x * self.w
""",
    "up2": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.ConvTranspose1d(1, 1, 2, stride=2)
    def forward(self, x):
        return self.c(x)
""",
    "down2": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 2, stride=2)
    def forward(self, x):
        return self.c(x)
""",
    "up3over2": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.u = nn.ConvTranspose1d(1, 4, 3, stride=3)
        self.d = nn.Conv1d(4, 1, 2, stride=2)
    def forward(self, x):
        return self.d(self.u(x))
""",
    "out_tuple": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(1, 4, 1)
        self.b = nn.Conv1d(4, 1, 1)
    def forward(self, x):
        z = self.a(x)
        return (self.b(torch.relu(z)), z.mean())
""",
    "out_dict": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(1, 1, 1)
    def forward(self, x):
        v = self.a(x)
        return {'vocals': v, 'rest': x - v}
""",
    "out_list": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ModuleList([nn.Conv1d(1, 1, 1) for _ in range(3)])
    def forward(self, x):
        return [a(x) for a in self.a]
""",
    "out_namedtuple": """
class Out(NamedTuple):
    audio: Tensor
    loss: Tensor
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(1, 1, 1)
    def forward(self, x):
        y = self.a(x)
        return Out(audio=y, loss=(y - x).abs().mean())
""",
    "out_dataclass": """
@dataclass
class Out:
    audio: Tensor
    codes: Tensor
    penalty: float = 0.0
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(1, 1, 1)
    def forward(self, x):
        y = self.a(x)
        return Out(audio=y, codes=torch.zeros(1, 8))
""",
    "random_latent": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Conv1d(1, 8, 64, stride=64)
        self.d = nn.ConvTranspose1d(4, 1, 64, stride=64)
    def forward(self, x):
        mu, s = self.e(x).chunk(2, 1)
        z = mu + torch.randn_like(mu) * s.exp()
        return self.d(z)
""",
    "args": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, *args):
        return self.c(args[0])
""",
    "kwargs": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x, *args, **kwargs):
        return self.c(x) * kwargs.get('gain', 1.0)
""",
    "kwonly": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x, *, drive: float, tone=0.3):
        return torch.tanh(self.c(x) * (1 + 4 * drive)) * tone
""",
    "dropout_on": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 8, 3, padding=1)
        self.d = nn.Dropout(0.5)
        self.o = nn.Conv1d(8, 1, 1)
    def forward(self, x):
        self.d.train()
        return self.o(F.dropout(self.d(self.c(x)), 0.2))
""",
    "nan_at_silence": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x):
        peak = x.abs().amax(-1, keepdim=True)
        return self.c(x / peak) * peak
""",
    "float64": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1).double()
        self.k = torch.ones(1, dtype=torch.float64) * 0.5
    def forward(self, x):
        return self.c(x.double()) * self.k
""",
    "lightning": """
class LightningModule(nn.Module):
    @property
    def trainer(self):
        raise RuntimeError(f'{type(self).__name__} is not attached to a `Trainer`.')
    @property
    def current_epoch(self):
        return self.trainer.current_epoch
    def log(self, *a, **k):
        self.trainer.log(*a, **k)
class Model(LightningModule):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def training_step(self, batch, i):
        x, y = batch
        return F.mse_loss(self(x), y)
    def forward(self, x):
        return self.c(x)
""",
    "item": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x):
        level = x.abs().mean().item()
        return self.c(x) * level
""",
    "branch": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x):
        if x.abs().max() > 0.5:
            return self.c(x)
        return x
""",
    "printing": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x):
        print('in:', x.shape, f'{x.shape[-1] / 2:.1f}')
        return self.c(x)
""",
    "batch_one": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 3, padding=1)
    def forward(self, x):
        assert x.shape[0] == 1, 'batch of one only'
        return self.c(x) - 0.1 * x.std(0, unbiased=False, keepdim=True)
""",
    "causal_tcn": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.cs = nn.ModuleList((nn.Conv1d(1 if i == 0 else 8, 8, 3, dilation=2 ** i) for i in range(6)))
        self.o = nn.Conv1d(8, 1, 1)
    def forward(self, x):
        for i, c in enumerate(self.cs):
            x = torch.tanh(c(F.pad(x, (2 * 2 ** i, 0))))
        return self.o(x)
""",
    "list_in": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(1, 1, 1)
    def forward(self, x):
        return {'audio': {'wet': self.a(x)}, 'aux': [x.mean(), torch.zeros(3)]}
""",
    "knob_vec": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.film = nn.Linear(3, 8)
        self.a = nn.Conv1d(1, 8, 3, padding=1)
        self.b = nn.Conv1d(8, 1, 1)
    def forward(self, x, cond):
        return self.b(torch.tanh(self.a(x) * self.film(cond)[:, :, None]))
""",
}
