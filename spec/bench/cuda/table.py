"""What the results of run.sh say of the goals (issue 7), in one table.

python3 spec/bench/cuda/table.py FOLDER...
"""
import json
import os
import re
import sys

folders = sys.argv[1:] or ["build/card"]


def find(name):
    paths = (os.path.join(folder, name) for folder in folders)
    return next((path for path in paths if os.path.exists(path)), None)


def load(name):
    path = find(name)
    try:
        return json.load(open(path)) if path else {}
    except ValueError:
        return {}


def parts():
    """How each part ended: its exit status and its seconds, by name; and the names of the cards."""
    ended, cards = {}, []
    for folder in folders:
        path = os.path.join(folder, "parts.txt")
        for text in open(path) if os.path.exists(path) else ():
            if text.startswith("#"):
                cards.append(text[1:].strip())
                continue
            name, code, seconds = text.split()
            ended[name] = int(code), int(seconds)
    return ended, cards


def line(what, found, verdict):
    print("%-34s %-52s %s" % (what, found, verdict))


def say(met):
    return "yes" if met else "NO"


def battery(ended):
    """The sums of busted's closing lines."""
    path = find("battery.log")
    sums = re.findall(r"(\d+) success\w* / (\d+) failures? / (\d+) errors?", open(path).read() if path else "")
    passed, failed = (sum(int(s[i]) for s in sums) for i in (0, 1))
    failed += sum(int(s[2]) for s in sums)
    code = ended.get("battery", (1, 0))[0]
    line("1 operators on the card", "%d passed, %d failed" % (passed, failed) if sums else "not run",
         say(passed and not failed and code == 0) if sums else "-")
    for tool in ("memcheck", "racecheck"):
        if tool in ended:
            line("1 compute-sanitizer, " + tool, "ended with status %d" % ended[tool][0],
                 say(ended[tool][0] == 0))


def goal(name, mine, peer, copy, theirs):
    """(the goal in words, whether it is met), or None."""
    if name.endswith("TFLOP/s") and "8192" in name and peer:
        return "95 % of PyTorch's", mine >= 0.95 * peer
    if name.endswith("GB/s") and copy and name != "copy GB/s":
        return "85 % of the copy", mine >= 0.85 * copy
    if name.endswith("_captured us"):
        eager = theirs.get(name.replace("_captured", ""))
        if eager and not name.startswith("gpt_large"):
            return "half of PyTorch eager's", mine <= 0.5 * eager
        return None
    if name.endswith(" us") and peer:
        return "PyTorch eager's", mine <= peer
    return None


def speed():
    ours, theirs = load("dgraph.json"), load("torch.json")
    copy = ours.get("copy GB/s")
    for name, mine in ours.items():
        peer = theirs.get(name)
        if not isinstance(mine, (int, float)):
            line("2 " + name, str(mine)[:52], "NO")
            continue
        wanted = goal(name, mine, peer, copy, theirs)
        found = "dgraph %9.5g  PyTorch %9s" % (mine, "%.5g" % peer if peer else "-")
        line("2 " + name, found + ("  " + wanted[0] if wanted else ""),
             say(wanted[1]) if wanted else "-")


def curves():
    for name, of in sorted(load("curve.json").items()):
        line("3 losses, " + name, "differ from the host's by %.2g at most" % of["difference"],
             say(of["difference"] <= 1e-3))


ended, cards = parts()
print("; ".join(sorted(set(cards))) or "no card")
battery(ended)
speed()
curves()
for name, (code, seconds) in ended.items():
    if code != 0:
        print("%s ended with status %d after %d s%s" % (
            name, code, seconds, " (its time was up)" if code in (124, 137) else ""))
