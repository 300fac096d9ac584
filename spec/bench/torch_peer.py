#!/usr/bin/env python3
"""The same workloads in PyTorch, eager, on the processor: torch_peer.py [--quick] [--threads 1] [NAME...]

Names are those of the programs beside it; without any, all run. Prints workload,metric,value: the
best of some blocks, after a warm-up. `_lean` is what someone who
knows PyTorch well would write: no modules, no optimizer object, updates in place of all parameters at
once.
"""
import argparse
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--quick", action="store_true")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("names", nargs="*")
flags = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(flags.threads)

start = time.process_time()
import torch  # noqa: E402
from torch import nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

loaded = time.process_time() - start

BLOCKS, SECONDS, WARM_UP = (5, 0.02, 0.1) if flags.quick else (9, 0.06, 0.3)
UNITS = {"ns": 1e9, "us": 1e6, "ms": 1e3}
# As in measure.lua: the processor's time where there is one thread.
clock = time.process_time if flags.threads == 1 else time.perf_counter


def show(workload, metric, value):
    print(f"{workload},{metric},{value:.5g}", flush=True)


def run(f, n):
    begin = clock()
    for _ in range(n):
        f()
    return clock() - begin


def measure(workload, unit, f, parts=1):
    n, spent = 1, 0
    while spent < WARM_UP:
        elapsed = run(f, n)
        spent += elapsed
        if elapsed < SECONDS:
            n *= 2
    n = max(1, int(n * SECONDS / run(f, n)))
    best = min(run(f, n) / n for _ in range(BLOCKS))
    show(workload, unit, best * UNITS[unit] / parts)


def peak_rss():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def chain():
    x, w, b = (torch.tensor([v], requires_grad=True) for v in (1.0, 1.0, 1e-3))

    def record():
        y = x
        for _ in range(500):
            y = y * w
            y = y + b
        return y

    def forward_and_backward():
        record().backward()
        x.grad = w.grad = b.grad = None

    def without_record():
        with torch.no_grad():
            record()

    measure("chain1000", "ns", forward_and_backward, 1000)
    measure("chain1000_record", "ns", record, 1000)
    measure("chain1000_nograd", "ns", without_record, 1000)


def xx_plus_x():
    x = torch.tensor([3.0], requires_grad=True)

    def step():
        (x * x + x).backward()
        x.grad = None

    measure("xx_plus_x", "ns", step)


def trainer(model, optimizer, loss):
    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def tiny():
    return nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))


def mlp_tiny(name, batch):
    model, x, t = tiny(), torch.randn(batch, 4), torch.randn(batch, 1)
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.01)
    measure(name, "us", trainer(model, optimizer, lambda: F.mse_loss(model(x), t)))
    w1, b1, w2, b2, w3, b3 = parameters

    def lean():
        h = torch.tanh(F.linear(x, w1, b1))
        h = torch.tanh(F.linear(h, w2, b2))
        gradients = torch.autograd.grad(F.mse_loss(F.linear(h, w3, b3), t), parameters)
        with torch.no_grad():
            torch._foreach_add_(parameters, gradients, alpha=-0.01)

    measure(name + "_lean", "us", lean)


def infer(name, model, x):
    with torch.inference_mode():
        measure(name, "us", lambda: model(x))
        frozen = torch.jit.freeze(torch.jit.trace(model.eval(), x))
        measure(name + "_lean", "us", lambda: frozen(x))


def logreg100():
    model, x, t = nn.Linear(100, 1), torch.randn(1, 100), torch.ones(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def loss():
        return F.binary_cross_entropy_with_logits(model(x), t)

    measure("logreg100", "us", trainer(model, optimizer, loss))
    alpha, beta, l1, l2 = 0.1, 1.0, 1e-3, 1e-3
    parameters = list(model.parameters())
    states = [(p, torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]

    def ftrl():
        optimizer.zero_grad()
        loss().backward()
        with torch.no_grad():
            for p, z, n in states:
                g = p.grad
                more = n + g * g
                z += g - (more.sqrt() - n.sqrt()) / alpha * p
                n.copy_(more)
                w = -(z - z.sign() * l1) / ((beta + n.sqrt()) / alpha + l2)
                p.copy_(torch.where(z.abs() <= l1, torch.zeros_like(p), w))

    measure("logreg100_ftrl", "us", ftrl)


def lstm_b1():
    units, steps = 64, 20
    wx, wh = (torch.randn(4 * units, units).mul_(0.1).requires_grad_() for _ in range(2))
    bias, xs = torch.zeros(4 * units, requires_grad=True), torch.randn(steps, 1, units)
    optimizer, zeros = torch.optim.SGD([wx, wh, bias], lr=1e-3), torch.zeros(1, units)

    def loss():
        h = c = zeros
        for x in xs:
            i, f, g, o = (F.linear(x, wx, bias) + F.linear(h, wh)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return (h * h).sum()

    measure("lstm_b1", "us", trainer(None, optimizer, loss))


def mnist():
    return nn.Sequential(nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 1000), nn.ReLU(),
                         nn.Linear(1000, 10))


def mlp_mnist():
    model, x, t = mnist(), torch.rand(100, 784), torch.arange(100) % 10

    def loss():
        return F.cross_entropy(model(x), t)

    lean = {"fused" if torch.__version__ >= "2.4" else "foreach": True}
    for name, options in (("mlp_mnist", {}), ("mlp_mnist_lean", lean)):
        optimizer = torch.optim.Adam(model.parameters(), **options)
        measure(name, "ms", trainer(model, optimizer, loss))

    def forward_and_backward():
        model.zero_grad()
        loss().backward()

    measure("mlp_mnist_fwdbwd", "ms", forward_and_backward)


def rss(name, model, loss, optimizer):
    """The peak of this process, so it must be the only workload."""
    update = trainer(model, optimizer, loss)
    for _ in range(10):
        update()
    show(name, "MB", peak_rss())


def rss_tiny():
    model, x, t = tiny(), torch.randn(1, 4), torch.randn(1, 1)
    rss("rss_tiny", model, lambda: F.mse_loss(model(x), t), torch.optim.SGD(model.parameters(), lr=0.01))


def rss_mnist():
    model, x, t = mnist(), torch.rand(100, 784), torch.arange(100) % 10
    rss("rss_mnist", model, lambda: F.cross_entropy(model(x), t), torch.optim.Adam(model.parameters()))


def rss_lenet():
    model, x, t = lenet_model(), torch.rand(64, 1, 28, 28), torch.arange(64) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    rss("rss_lenet", model, lambda: F.cross_entropy(model(x), t), optimizer)


def lstm_char():
    steps, batch, letters, units = 50, 32, 96, 128
    x, t = (torch.randint(letters, (steps, batch)) for _ in range(2))
    for name, layer in (("lstm_char", nn.LSTM), ("lstm_char_loop", nn.LSTMCell)):
        embed, lstm, out = nn.Embedding(letters, units), layer(units, units), nn.Linear(units, letters)
        parameters = [p for module in (embed, lstm, out) for p in module.parameters()]

        def fused():
            return F.cross_entropy(out(lstm(embed(x))[0]).view(-1, letters), t.view(-1))

        def loop():
            state, loss = None, 0
            for i in range(steps):
                state = lstm(embed(x[i]), state)
                loss = loss + F.cross_entropy(out(state[0]), t[i])
            return loss / steps

        optimizer = torch.optim.Adam(parameters)
        measure(name, "ms", trainer(None, optimizer, fused if layer is nn.LSTM else loop))


def attend(q, k, v):
    """Causal attention; written out for versions before 2.0."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
    scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
    return scores.masked_fill(hidden, float("-inf")).softmax(-1) @ v


class Block(nn.Module):
    """A layer of GPT-2, normalized first."""

    def __init__(self, units, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(units), nn.LayerNorm(units)
        self.qkv, self.out = nn.Linear(units, 3 * units), nn.Linear(units, units)
        self.up, self.down = nn.Linear(units, 4 * units), nn.Linear(4 * units, units)

    def forward(self, x):
        batch, steps, units = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = attend(*parts.unbind(0))
        x = x + self.out(y.transpose(1, 2).reshape(batch, steps, units))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


def gpt4():
    letters, units, heads, layers, steps, batch = 256, 256, 4, 4, 128, 8
    embed, places, norm = nn.Embedding(letters, units), nn.Embedding(steps, units), nn.LayerNorm(units)
    blocks = nn.Sequential(*(Block(units, heads) for _ in range(layers)))
    parameters = [p for module in (embed, places, norm, blocks) for p in module.parameters()]
    x, t = (torch.randint(letters, (batch, steps)) for _ in range(2))

    def loss():
        h = norm(blocks(embed(x) + places(torch.arange(steps))))
        return F.cross_entropy(F.linear(h, embed.weight).view(-1, letters), t.view(-1))

    measure("gpt4", "ms", trainer(None, torch.optim.AdamW(parameters, 3e-4), loss))
    show("rss_gpt4", "MB", peak_rss())


def lenet_model():
    return nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5),
                         nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500), nn.ReLU(),
                         nn.Linear(500, 10))


def lenet():
    model = lenet_model()
    x, t = torch.rand(64, 1, 28, 28), torch.arange(64) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    measure("lenet", "ms", trainer(model, optimizer, lambda: F.cross_entropy(model(x), t)))


def conv3x3():
    x, gy = torch.randn(8, 64, 56, 56, requires_grad=True), torch.randn(8, 64, 56, 56)
    w, b = torch.randn(64, 64, 3, 3, requires_grad=True), torch.randn(64, requires_grad=True)

    def forward():
        with torch.no_grad():
            F.conv2d(x, w, b, padding=1)

    def forward_and_backward():
        F.conv2d(x, w, b, padding=1).backward(gy)
        x.grad = w.grad = b.grad = None

    measure("conv3x3", "ms", forward)
    measure("conv3x3_fwdbwd", "ms", forward_and_backward)


def elementwise_small():
    with torch.no_grad():
        for size in (64, 1024, 16384):
            x, y = torch.randn(size), torch.randn(size)
            measure(f"small_{size}_add", "ns", lambda: x + y)
            measure(f"small_{size}_tanh", "ns", lambda: torch.tanh(x))
            measure(f"small_{size}_exp", "ns", lambda: torch.exp(x))


def elementwise():
    with torch.no_grad():
        for prefix, unit, side in (("e16m", "ms", 4096), ("e1m", "us", 1024)):
            x, y = torch.randn(side, side), torch.randn(side, side)
            measure(f"{prefix}_add", unit, lambda: x + y)
            for name in ("relu", "exp", "tanh", "sigmoid", "sum"):
                f = getattr(torch, name)
                measure(f"{prefix}_{name}", unit, lambda: f(x))
            if side == 4096:
                measure("e16m_softmax", unit, lambda: torch.softmax(x, 1))
                measure("e16m_sum_cols", unit, lambda: x.sum(0))
                measure("e16m_transpose", unit, lambda: x.t().contiguous())


def sgemm():
    with torch.no_grad():
        for kind, m, n, k in (
                ("nn", 64, 64, 64), ("nn", 256, 256, 256), ("nn", 1024, 1024, 1024),
                ("nn", 2048, 2048, 2048), ("nt", 100, 1000, 784), ("tn", 1000, 784, 100),
                ("nt", 100, 1000, 1000), ("nn", 100, 1000, 1000), ("nt", 1024, 768, 256),
                ("nt", 1024, 1024, 256), ("tn", 1024, 256, 1024), ("nt", 32, 512, 128),
                ("tn", 512, 128, 32), ("nt", 1, 64, 64), ("nt", 32, 64, 64), ("nt", 1, 1000, 784)):
            a = torch.randn(k, m).t() if kind == "tn" else torch.randn(m, k)
            b = torch.randn(n, k).t() if kind == "nt" else torch.randn(k, n)
            measure(f"sgemm_{kind}_{m}x{n}x{k}", "us", lambda: a @ b)


def embedding():
    def step(name, optimizer, rows):
        model = nn.Embedding(rows, 16, sparse=True)
        update = optimizer(model.parameters())
        ids = torch.randint(rows, (256,))

        def one():
            update.zero_grad()
            (model(ids) ** 2).sum().backward()
            update.step()

        measure(name, "us", one)

    for name, rows in (("embedding_10k", 10 ** 4), ("embedding_10m", 10 ** 7)):
        step(name + "_sgd", lambda p: torch.optim.SGD(p, 0.01), rows)
        step(name + "_adam", torch.optim.SparseAdam, rows)
    show("rss_embedding", "MB", peak_rss())
    x, t = torch.randn(100, 16, 30, requires_grad=True), torch.randint(29, (16, 20))
    steps, labels = torch.full((16,), 100), torch.full((16,), 20)
    measure("ctc", "ms", lambda: F.ctc_loss(x.log_softmax(2), t, steps, labels, 29).backward())


torch.set_num_threads(flags.threads)
torch.set_flush_denormal(True)
torch.manual_seed(1)
import warnings  # noqa: E402

warnings.filterwarnings("ignore")
WORKLOADS = {
    "startup": lambda: (show("startup", "ms", loaded * 1e3), show("rss_loaded", "MB", peak_rss())),
    "chain1000": chain, "xx_plus_x": xx_plus_x,
    "mlp_tiny": lambda: (mlp_tiny("mlp_tiny", 1), mlp_tiny("mlp_tiny_b32", 32)),
    "infer_tiny": lambda: infer("infer_tiny", tiny(), torch.randn(1, 4)),
    "logreg100": logreg100, "lstm_b1": lstm_b1, "mlp_mnist": mlp_mnist,
    "infer_mnist": lambda: infer("infer_mnist", mnist(), torch.rand(1, 784)),
    "lenet": lenet, "lstm_char": lstm_char, "gpt4": gpt4, "conv3x3": conv3x3,
    "elementwise": elementwise, "elementwise_small": elementwise_small, "sgemm": sgemm,
    "embedding": embedding, "rss_tiny": rss_tiny, "rss_mnist": rss_mnist, "rss_lenet": rss_lenet,
}
for name in flags.names or WORKLOADS:
    if name in WORKLOADS:
        WORKLOADS[name]()
