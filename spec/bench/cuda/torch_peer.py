"""PyTorch on the workloads of bench.lua, eager: medians of CUDA-event times.

python3 spec/bench/cuda/torch_peer.py [--quick]
"""
import statistics
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

QUICK = "--quick" in sys.argv
BLOCKS, SECONDS = (5, 0.05) if QUICK else (9, 0.2)
device = "cuda"
torch.manual_seed(0)
print("#", torch.__version__, torch.cuda.get_device_name())


def elapsed(f, n):
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(n):
        f()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000 / n


def seconds(f):
    for _ in range(5):
        f()
    n = max(1, int(SECONDS / max(elapsed(f, 1), 1e-6)))
    return statistics.median(elapsed(f, n) for _ in range(BLOCKS))


def report(workload, metric, value):
    print("%s,%s,%.5g" % (workload, metric, value), flush=True)


with torch.no_grad():
    n = 2**26
    x, y = torch.randn(n, device=device), torch.randn(n, device=device)
    matrix = x.view(8192, 8192)
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
    for size in (1024, 4096, 8192):
        a, b = (torch.randn(size, size, device=device) for _ in range(2))
        report("sgemm_%d" % size, "TFLOP/s", 2 * size**3 / seconds(lambda: a @ b) / 1e12)
        del a, b

one, w = (torch.ones(1, device=device, requires_grad=True) for _ in range(2))
bias = torch.full((1,), 1e-3, device=device, requires_grad=True)


def chain():
    z = one
    for _ in range(500):
        z = z * w + bias
    return torch.autograd.grad(z, (one, w, bias))


report("chain1000", "ns", seconds(chain) * 1e9 / 1000)


def train(workload, net, make, inputs, targets):
    net = net.to(device)
    optimizer = make(net.parameters())

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(inputs), targets).backward()
        optimizer.step()

    report(workload, "us", seconds(step) * 1e6)


train("mlp_mnist", nn.Sequential(nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 1000), nn.ReLU(),
                                 nn.Linear(1000, 10)),
      lambda p: torch.optim.Adam(p, lr=1e-3), torch.rand(100, 784, device=device),
      torch.arange(100, device=device) % 10)
train("lenet", nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5),
                             nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500),
                             nn.ReLU(), nn.Linear(500, 10)),
      lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
      torch.rand(64, 1, 28, 28, device=device), torch.arange(64, device=device) % 10)
