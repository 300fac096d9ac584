#!/bin/sh
# Everything that is wanted of a card, in one call of at most eight minutes: `make bench-cuda`.
#
#   spec/bench/cuda/run.sh [folder]         on the machine with the card: JSON and logs go to the folder
#   spec/bench/cuda/run.sh --pack           beforehand, where luajit is: .gpu/ with what the other
#                                           machine lacks, to be taken along with build/libdgraph.so
#   spec/bench/cuda/run.sh --smoke          tries all programs on the host, with tiny sizes
#
# PyTorch is left out where python3 has none. NVRTC and cuBLAS are looked for where the system has
# them, then among Python's packages. Each part has a time of its own and does not end the others.
cd "$(dirname "$0")/../../.." || exit 1
if [ "$1" = --pack ]; then
  mkdir -p .gpu && cp "$(command -v luajit)" .gpu/ && ldd .gpu/luajit
  exit
fi
[ "$1" = --smoke ] && smoke=--smoke && shift
out=${1:-${OUT:-build/bench-cuda}}
mkdir -p "$out"
export LUA_PATH='?.lua;lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY="$PWD/build/libdgraph.so"
export PYTHONUNBUFFERED=1 DGRAPH_CACHE="${DGRAPH_CACHE:-$PWD/build/cuda_cache}"
lua=luajit
[ -x .gpu/luajit ] && lua=.gpu/luajit

# The first file that python3's packages have of a library, unless the system finds it by itself.
packaged() {
  ldconfig -p 2>/dev/null | grep -q "$1\.so" && return
  python3 -c 'import glob, site, sys, sysconfig
for folder in {*site.getsitepackages(), sysconfig.get_paths()["purelib"]}:
    for path in sorted(glob.glob(folder + "/nvidia/*/lib/" + sys.argv[1] + ".so.*")):
        print(path); sys.exit()' "$1" 2>/dev/null
}
nvrtc=$(packaged libnvrtc) && [ -n "$nvrtc" ] && export DGRAPH_NVRTC="${DGRAPH_NVRTC:-$nvrtc}"
blas=$(packaged libcublas) && [ -n "$blas" ] && export DGRAPH_CUBLAS="${DGRAPH_CUBLAS:-$blas}"

failed=
part() { # name seconds command ...
  name=$1 most=$2
  shift 2
  echo "== $name"
  start=$(date +%s)
  if timeout "$most" "$@" >"$out/$name.log" 2>&1; then verdict=ok; else verdict="failed ($?)" failed=1; fi
  tail -n 45 "$out/$name.log"
  echo "== $name: $verdict, $(($(date +%s) - start)) s"
}

[ -z "$smoke" ] && { nvidia-smi --query-gpu=name,driver_version --format=csv,noheader || exit 1; }
part curve 80 $lua spec/bench/cuda/curve.lua --json "$out/curve.json" ${smoke:+--smoke --steps 5}
part dgraph 160 $lua spec/bench/cuda/bench.lua --json "$out/dgraph.json" $smoke
if python3 -c 'import torch' 2>/dev/null; then
  part torch 130 python3 spec/bench/cuda/torch_peer.py --json "$out/torch.json" $smoke
  [ -f "$out/torch.json" ] && [ -f "$out/dgraph.json" ] && part compare 10 python3 \
    spec/bench/cuda/compare.py "$out/dgraph.json" "$out/torch.json" "$out/compare.json"
fi
if [ -z "$smoke" ] && command -v compute-sanitizer >/dev/null; then
  part sanitizer 90 compute-sanitizer --error-exitcode 9 --print-limit 20 \
    $lua spec/bench/cuda/curve.lua --steps 4
fi
[ -z "$failed" ]
