#!/usr/bin/env python3
"""The same workloads in PyTorch, eager, on the processor: torch_peer.py [--quick] [--threads 1].

Prints workload,metric,value: the median of some blocks, after a warm-up. `_lean` is what someone who
knows PyTorch well would write: no modules, no optimizer object, updates in place of all parameters at
once.
"""
import argparse
import os
import statistics
import time

parser = argparse.ArgumentParser()
parser.add_argument("--quick", action="store_true")
parser.add_argument("--threads", type=int, default=1)
flags = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(flags.threads)

start = time.perf_counter()
import torch  # noqa: E402
from torch import nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

loaded = time.perf_counter() - start

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
    times = [run(f, n) / n for _ in range(BLOCKS)]
    show(workload, unit, statistics.median(times) * UNITS[unit] / parts)


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
    measure("logreg100", "us",
            trainer(model, optimizer, lambda: F.binary_cross_entropy_with_logits(model(x), t)))


def mnist():
    return nn.Sequential(nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 1000), nn.ReLU(),
                         nn.Linear(1000, 10))


def mlp_mnist():
    model, x, t = mnist(), torch.rand(100, 784), torch.arange(100) % 10

    def loss():
        return F.cross_entropy(model(x), t)

    for name, options in (("mlp_mnist", {}), ("mlp_mnist_lean", {"fused": True})):
        optimizer = torch.optim.Adam(model.parameters(), **options)
        measure(name, "ms", trainer(model, optimizer, loss))

    def forward_and_backward():
        model.zero_grad()
        loss().backward()

    measure("mlp_mnist_fwdbwd", "ms", forward_and_backward)
    show("rss_mnist", "MB", peak_rss())
    infer("infer_mnist", model, torch.rand(1, 784))


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


def lenet():
    model = nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5),
                          nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500), nn.ReLU(),
                          nn.Linear(500, 10))
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


def elementwise():
    with torch.no_grad():
        for size in (64, 1024, 16384):
            x, y = torch.randn(size), torch.randn(size)
            measure(f"small_{size}_add", "ns", lambda: x + y)
            measure(f"small_{size}_tanh", "ns", lambda: torch.tanh(x))
            measure(f"small_{size}_exp", "ns", lambda: torch.exp(x))


def sgemm():
    with torch.no_grad():
        for n in (64, 256, 1024):
            a, b = torch.randn(n, n), torch.randn(n, n)
            measure(f"sgemm_{n}", "us", lambda: a @ b)


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
show("startup", "ms", loaded * 1e3)
show("rss_loaded", "MB", peak_rss())
chain()
xx_plus_x()
mlp_tiny("mlp_tiny", 1)
show("rss_tiny", "MB", peak_rss())
mlp_tiny("mlp_tiny_b32", 32)
infer("infer_tiny", tiny(), torch.randn(1, 4))
logreg100()
mlp_mnist()
lstm_char()
lenet()
conv3x3()
elementwise()
sgemm()
embedding()
