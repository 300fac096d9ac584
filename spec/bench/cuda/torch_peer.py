"""PyTorch on the workloads of bench.lua, eager and as CUDA graphs: medians of CUDA-event times.

python3 spec/bench/cuda/torch_peer.py [--quick] [--json FILE] [--smoke]
"""
import json
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

QUICK, SMOKE = "--quick" in sys.argv, "--smoke" in sys.argv
BLOCKS, SECONDS = (5, 0.001) if SMOKE else (5, 0.05) if QUICK else (9, 0.2)
device = "cpu" if SMOKE else "cuda"
results = {}
torch.manual_seed(0)
print("#", torch.__version__, "none" if SMOKE else torch.cuda.get_device_name())


def elapsed(f, n):
    if SMOKE:
        start = time.perf_counter()
        for _ in range(n):
            f()
        return (time.perf_counter() - start) / n
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(n):
        f()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000 / n


def seconds(f):
    for _ in range(1 if SMOKE else 5):
        f()
    n = max(1, int(SECONDS / max(elapsed(f, 1), 1e-6)))
    return statistics.median(elapsed(f, n) for _ in range(BLOCKS))


def report(workload, metric, value):
    print("%s,%s,%.5g" % (workload, metric, value), flush=True)
    results["%s %s" % (workload, metric)] = value
    if "--json" in sys.argv:  # all up to now: whoever ends this program early has that
        with open(sys.argv[sys.argv.index("--json") + 1], "w") as file:
            json.dump(results, file, indent=1)


with torch.no_grad():
    side = 16 if SMOKE else 8192
    n = side * side
    x, y = torch.randn(n, device=device), torch.randn(n, device=device)
    matrix = x.view(side, side)
    for name, size, f in (
        ("copy", 8, lambda: x.clone()), ("add", 12, lambda: x + y),
        ("relu", 8, lambda: torch.relu(x)), ("exp", 8, lambda: torch.exp(x)),
        ("tanh", 8, lambda: torch.tanh(x)), ("sigmoid", 8, lambda: torch.sigmoid(x)),
        ("sum", 4, lambda: x.sum()), ("sum_rows", 4, lambda: matrix.sum(1)),
        ("sum_columns", 4, lambda: matrix.sum(0)),
        ("softmax_rows", 8, lambda: torch.softmax(matrix, 1)),
        ("transpose_copy", 8, lambda: matrix.t().contiguous()),
        ("add_row", 8, lambda: matrix + matrix[0]),
    ):
        report(name, "GB/s", size * n / seconds(f) / 1e9)
    del x, y, matrix
    for name, size, dtype in (("sgemm_1024", 1024, torch.float32), ("sgemm_4096", 4096, torch.float32),
                              ("sgemm_8192", 8192, torch.float32), ("bf16_8192", 8192, torch.bfloat16)):
        size = 32 if SMOKE else size
        a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
        report(name, "TFLOP/s", 2 * size**3 / seconds(lambda: a @ b) / 1e12)
        del a, b

one, w = (torch.ones(1, device=device, requires_grad=True) for _ in range(2))
bias = torch.full((1,), 1e-3, device=device, requires_grad=True)


def chain():
    z = one
    for _ in range(500):
        z = z * w + bias
    return torch.autograd.grad(z, (one, w, bias))


report("chain1000", "ns", seconds(chain) * 1e9 / 1000)


def record(step):
    """A step as a CUDA graph: warmed up on a stream of its own first, as PyTorch asks for."""
    side_stream = torch.cuda.Stream()
    side_stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side_stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side_stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def train(workload, net, make, loss):
    net = net.to(device)
    optimizer = make(net.parameters())

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net).backward()
        optimizer.step()

    report(workload, "us", seconds(step) * 1e6)
    if SMOKE:
        return
    try:
        optimizer = make(net.parameters(), capturable=True)
        report(workload + "_captured", "us", seconds(record(step)) * 1e6)
    except Exception as error:  # a version that cannot: say so, and go on
        print("%s_captured,failed,%s" % (workload, str(error).split("\n")[0]), flush=True)
    torch.cuda.empty_cache()


def adam(kind, rate):
    return lambda p, **options: kind(p, lr=rate, **options)


def sgd(p, capturable=False):
    return torch.optim.SGD(p, lr=0.01, momentum=0.9)


def labels(count, classes, *shape):
    return torch.randint(0, classes, (count, *shape), device=device)


def classifier(x, t):
    return lambda net: F.cross_entropy(net(x), t)


train("mlp_mnist", nn.Sequential(nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 1000), nn.ReLU(),
                                 nn.Linear(1000, 10)),
      adam(torch.optim.Adam, 1e-3), classifier(torch.rand(100, 784, device=device), labels(100, 10)))
train("lenet", nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5),
                             nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500),
                             nn.ReLU(), nn.Linear(500, 10)),
      sgd, classifier(torch.rand(64, 1, 28, 28, device=device), labels(64, 10)))


class CharRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.lstm = nn.Embedding(96, 128), nn.LSTM(128, 128, batch_first=True)
        self.out = nn.Linear(128, 96)

    def forward(self, x):
        return self.out(self.lstm(self.embed(x))[0]).flatten(0, 1)


train("lstm_char", CharRNN(), adam(torch.optim.Adam, 1e-3),
      classifier(labels(32, 96, 50), labels(32 * 50, 96)))


class Block(nn.Module):
    def __init__(self, units, heads):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(units), nn.LayerNorm(units)
        self.qkv, self.out = nn.Linear(units, 3 * units), nn.Linear(units, units)
        self.wide, self.narrow = nn.Linear(units, 4 * units), nn.Linear(4 * units, units)

    def forward(self, h):
        batch, steps, units = h.shape
        parts = self.qkv(self.first(h)).view(batch, steps, 3, self.heads, -1).unbind(2)
        q, k, v = (p.transpose(1, 2) for p in parts)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.out(a.transpose(1, 2).reshape(batch, steps, units))
        return h + self.narrow(F.gelu(self.wide(self.second(h)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, layers, units, heads, steps):
        super().__init__()
        self.letters, self.places = nn.Embedding(256, units), nn.Embedding(steps, units)
        self.layers = nn.Sequential(*(Block(units, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(units)

    def forward(self, x):
        places = torch.arange(x.shape[1], device=x.device)
        h = self.norm(self.layers(self.letters(x) + self.places(places)))
        return F.linear(h, self.letters.weight).flatten(0, 1)


def gpt(workload, layers, units, heads, steps, half):
    x, t = labels(8, 256, steps), labels(8 * steps, 256)

    def loss(net):
        with torch.autocast("cuda", torch.bfloat16, enabled=half, cache_enabled=False):
            return F.cross_entropy(net(x), t)

    train(workload, GPT(layers, units, heads, steps), adam(torch.optim.AdamW, 3e-4), loss)


gpt("gpt_small", 4, 256, 4, 128, False)
if not SMOKE:
    gpt("gpt_large", 12, 768, 12, 1024, False)
    gpt("gpt_large_bf16", 12, 768, 12, 1024, True)
