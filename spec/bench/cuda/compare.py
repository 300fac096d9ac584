"""What bench.lua and torch_peer.py measured, side by side, with the goals that there are.

python3 spec/bench/cuda/compare.py DGRAPH.json TORCH.json [OUT.json]
"""
import json
import sys

ours, theirs = (json.load(open(path)) for path in sys.argv[1:3])
copy = ours.get("copy GB/s")
rows = []


def goal(name, mine, peer):
    """(the goal in words, whether it is met), or None."""
    if name.endswith("TFLOP/s") and "8192" in name and peer:
        return "95 % of PyTorch's", mine >= 0.95 * peer
    if name.endswith("GB/s") and copy and name != "copy GB/s":
        return "85 % of the copy", mine >= 0.85 * copy
    if name.endswith("_captured us"):
        eager = theirs.get(name.replace("_captured", ""))
        small = not name.startswith("gpt_large")
        if eager and small:
            return "half of PyTorch eager's", mine <= 0.5 * eager
        return None
    if name.endswith(" us") and peer:
        return "PyTorch eager's", mine <= peer
    return None


for name, mine in ours.items():
    peer = theirs.get(name)
    if not isinstance(mine, (int, float)):
        print("%-28s %s" % (name, mine))
        rows.append({"name": name, "failed": mine})
        continue
    wanted = goal(name, mine, peer)
    text = "%-28s dgraph %10.5g  PyTorch %10s" % (name, mine, "%.5g" % peer if peer else "-")
    print(text + ("  %s: %s" % (wanted[0], "yes" if wanted[1] else "NO") if wanted else ""))
    rows.append({"name": name, "dgraph": mine, "torch": peer,
                 "goal": wanted[0] if wanted else None, "met": wanted[1] if wanted else None})
if len(sys.argv) > 3:
    with open(sys.argv[3], "w") as file:
        json.dump(rows, file, indent=1)
