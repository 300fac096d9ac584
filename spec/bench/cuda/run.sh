#!/bin/sh
# What is wanted of a card (CONTRIBUTING.md), for one that is lent for a quarter of an hour: two calls of
# six minutes at most, on a machine that need not have more than the driver, NVRTC and cuBLAS.
#
#   spec/bench/cuda/run.sh pack                   beforehand, where dgraph is built: build/gpu/ gets what the
#                                                 other machine lacks, and NVRTC's work where it is here
#   spec/bench/cuda/run.sh tests|bench [FOLDER]   there: results go to the folder ($OUT, build/card)
#   spec/bench/cuda/run.sh table FOLDER...        what the results say, together
#   spec/bench/cuda/run.sh smoke                  all of it here, tiny: specs on the stand-in, the rest on the host
#
# Each part has a time of its own, writes its results as they come, and does not end the others.
cd "$(dirname "$0")/../../.." || exit 1
here=spec/bench/cuda
gpu=build/gpu
what=${1:-bench}
[ $# -gt 0 ] && shift
out=${1:-${OUT:-build/card}}

pack() {
  mkdir -p $gpu/bin $gpu/lua $gpu/clua && strip -g -o $gpu/libdgraph.so build/libdgraph.so || exit 1
  cp "$(command -v luajit)" $gpu/bin/ && cp "$(command -v busted)" $gpu/bin/busted.lua || exit 1
  printf '#!/bin/sh\nexec luajit "%s/bin/busted.lua" "$@"\n' '${0%/bin/*}' >$gpu/bin/busted
  chmod +x $gpu/bin/busted
  for name in busted cliargs luassert mediator.lua pl say system term cliargs.lua; do
    for folder in /usr/share/lua/5.1 /usr/local/share/lua/5.1; do
      [ -e $folder/$name ] && cp -r $folder/$name $gpu/lua/
    done
  done
  for name in lfs.so system term; do
    for folder in /usr/lib/*/lua/5.1 /usr/local/lib/lua/5.1; do
      [ -e $folder/$name ] && cp -rL $folder/$name $gpu/clua/
    done
  done
  compile
  du -sh $gpu
}

# Kernels by NVRTC, for the Hopper cards that are lent: the other machine's, if it has the same version,
# finds them in the cache. Four at a time they take minutes, once.
compile() {
  DGRAPH_CACHE=$gpu/cache LUA_PATH='lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY=build/libdgraph.so \
    luajit $here/compile.lua names | xargs -P ${JOBS:-4} -n 1 env DGRAPH_CACHE=$gpu/cache \
    LUA_PATH='lua/?.lua;lua/?/init.lua;;' DGRAPH_LIBRARY=build/libdgraph.so luajit $here/compile.lua
}

# The first file that python3's packages have of a library, unless the system finds it by itself.
packaged() {
  ldconfig -p 2>/dev/null | grep -q "$1\.so" && return
  python3 -c 'import glob, site, sys, sysconfig
for folder in {*site.getsitepackages(), sysconfig.get_paths()["purelib"]}:
    for path in sorted(glob.glob(folder + "/nvidia/*/lib/" + sys.argv[1] + ".so.*")):
        print(path); sys.exit()' "$1" 2>/dev/null
}

part() { # name seconds command ...
  name=$1 most=$2
  shift 2
  echo "== $name"
  start=$(date +%s)
  timeout -k 5 "$most" "$@" >"$out/$name.log" 2>&1
  code=$?
  seconds=$(($(date +%s) - start))
  echo "$name $code $seconds" >>"$out/parts.txt"
  tail -n "${lines:-25}" "$out/$name.log"
  echo "== $name: $([ $code -eq 0 ] && echo ok || echo "failed ($code)"), $seconds s"
}

# The operators' specs and those of cards, some processes at a time. Each writes a file of its own,
# which the log gets when it is complete.
battery() {
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  find ${SPECS:-spec/op spec/functions spec/cuda/card_spec.lua spec/cuda/half_spec.lua \
    spec/cuda/flash_spec.lua} \
    -name '*_spec.lua' | LC_ALL=C sort | xargs -n 4 -P "${JOBS:-12}" sh -c \
    'DGRAPH_TEST_DEVICE=cuda busted -o plainTerminal --exclude-tags=slow,install,hosts "$@" >"$0/$$" 2>&1
      code=$? && [ $code -eq 0 ] || echo "status $code of: $*" >>"$0/$$"
      cat "$0/$$" && exit $code' "$folder"
}

tests() {
  lines=3 part battery ${BATTERY:-150} $0 battery
  lines=5 part curve 60 luajit $here/curve.lua --json "$out/curve.json" $smoke
  # The sanitizer would look for callers on the stack, and end at code of the JIT compiler.
  [ -z "$smoke" ] && command -v compute-sanitizer >/dev/null && for tool in memcheck racecheck; do
    lines=5 part $tool 60 compute-sanitizer --tool $tool --show-backtrace no --error-exitcode 9 \
      --print-limit 20 luajit $here/curve.lua --steps 3
  done
  # What was compiled on the way, for a next call on another machine.
  (cd "$DGRAPH_CACHE" && find . -name '*.cubin' -newer start | xargs tar czf -) >"$out/cache.tar.gz"
}

bench() {
  part dgraph 170 luajit $here/bench.lua --json "$out/dgraph.json" $smoke
  python3 -c 'import torch' 2>/dev/null &&
    part torch 140 python3 $here/torch_peer.py --json "$out/torch.json" $smoke
}

# What the parts need, there or here.
prepare() {
  export LUA_PATH='?.lua;lua/?.lua;lua/?/init.lua;;' PYTHONUNBUFFERED=1
  export DGRAPH_LIBRARY=build/libdgraph.so DGRAPH_CACHE="${DGRAPH_CACHE:-$PWD/build/cuda_cache}"
  [ -e $DGRAPH_LIBRARY ] || DGRAPH_LIBRARY=$gpu/libdgraph.so
  if ! command -v luajit >/dev/null || ! command -v busted >/dev/null; then
    PATH=$PWD/$gpu/bin:$PATH
    export LUA_PATH="$LUA_PATH$gpu/lua/?.lua;$gpu/lua/?/init.lua" LUA_CPATH="$gpu/clua/?.so;;"
  fi
  mkdir -p "$out" "$DGRAPH_CACHE"
  : >"$out/parts.txt"
  [ -d $gpu/cache ] && [ -z "$smoke" ] && cp -u $gpu/cache/* "$DGRAPH_CACHE"
  touch "$DGRAPH_CACHE/start"
  nvrtc=$(packaged libnvrtc) && [ -n "$nvrtc" ] && export DGRAPH_NVRTC="${DGRAPH_NVRTC:-$nvrtc}"
  blas=$(packaged libcublas) && [ -n "$blas" ] && export DGRAPH_CUBLAS="${DGRAPH_CUBLAS:-$blas}"
}

case $what in
  pack) pack ;;
  battery) battery ;;
  table) python3 $here/table.py "$@" ;;
  smoke)
    smoke=--smoke out=build/card
    fake=$PWD/build/fake_cuda.so
    export DGRAPH_CUDA=$fake DGRAPH_NVRTC=$fake DGRAPH_CUBLAS=$fake DGRAPH_CACHE=$PWD/build/fake_cache
    export FAKE_CUDA_EMULATE=$PWD/c/test/fake/emulate.h JOBS=2
    export SPECS=${SPECS:-spec/op/tanh_spec.lua spec/op/softmax_spec.lua}
    prepare
    tests
    bench
    python3 $here/table.py "$out"
    ;;
  tests | bench)
    prepare
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | sed 's/^/# /' | tee "$out/parts.txt"
    luajit -e 'local ok, why = require("dgraph").cuda.is_available() if not ok then print(why) os.exit(1) end' ||
      exit 1
    $what
    python3 $here/table.py "$out" | tee "$out/table.txt"
    ! grep -v '^#' "$out/parts.txt" | grep -vq ' 0 [0-9]*$'
    ;;
  *) sed -n '2,12s/^# \{0,1\}//p' "$0" && exit 1 ;;
esac
