--- Ours beside hand-written C and PyTorch, in one table: `make bench`, `make bench-quick`.
--
--   luajit spec/bench/run.lua [--quick] [--rounds 3] [--threads 1] [--only mlp] [--json FILE]
--
-- Everybody runs in turn, several rounds, pinned to a processor; the table has each one's best. A
-- peer that is not there is left out: hand.c wants a C compiler and OpenBLAS, torch_peer.py a
-- Python (PYTHON, or python3) that has torch.
local flags = require "dgraph.utils.flags"(arg, {
  quick = false, rounds = 0, threads = 1, only = "", json = "",
})
local rounds = flags.rounds > 0 and flags.rounds or flags.quick and 1 or 3

local PROGRAMS = {
  "chain1000", "xx_plus_x", "mlp_tiny", "infer_tiny", "logreg100", "mlp_mnist", "infer_mnist",
  "lstm_char", "lenet", "conv3x3", "elementwise_small", "sgemm", "startup", "rss_tiny",
  "rss_mnist", "embedding",
}

--- Where the interpreter alone is of interest.
local INTERPRETED = {
  chain1000 = true, xx_plus_x = true, mlp_tiny = true, infer_tiny = true, logreg100 = true,
}

--- The goals of PERFORMANCE.md, section 7. `most`: in the unit of the row; `interpreter`: the same
--- without the JIT compiler; `hand`: times hand-written C; `torch`: times faster than PyTorch.
local GOALS = {
  chain1000 = { most = 25, interpreter = 250, torch = 150 },
  xx_plus_x = { most = 80, torch = 150 },
  mlp_tiny = { most = 1.0, torch = 90, hand = 2.2 },
  mlp_tiny_lean = { torch = 60 },
  mlp_tiny_b32 = { most = 7.5, torch = 14, hand = 1.3 },
  mlp_tiny_b32_lean = { torch = 10 },
  infer_tiny = { most = 0.25, torch = 50, hand = 4 },
  logreg100 = { most = 0.25, torch = 150, hand = 8 },
  mlp_mnist = { most = 6.9, torch = 1.25, hand = 1.1 },
  infer_mnist = { most = 85, torch = 1.15, hand = 1.1 },
  lstm_char = { most = 11.5, torch = 1.5 },
  lstm_char_loop = { most = 15, torch = 1.5 },
  lenet = { most = 9, torch = 1.7 },
  conv3x3_fwdbwd = { most = 36, torch = 0.8 },
  sgemm_256 = { hand = 1 / 0.97 },
  sgemm_1024 = { hand = 1 / 0.97 },
  startup = { most = 20, torch = 50 },
  rss_tiny = { most = 12, torch = 20 },
  rss_mnist = { most = 60, torch = 5 },
}

-- -- Running -------------------------------------------------------------------------------------

local function succeeds(command)
  local status = os.execute(command .. " >/dev/null 2>&1")
  return status == 0 or status == true
end

local function last_processor()
  local pipe = io.popen "nproc 2>/dev/null"
  local count = tonumber((pipe:read "*l")) or 1
  pipe:close()
  return count - 1
end

-- These two make OpenBLAS slow where they were set for another machine.
local prefix = "env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE"
  .. (" DGRAPH_NUM_THREADS=%d OPENBLAS_NUM_THREADS=%d "):format(flags.threads, flags.threads)
if flags.threads == 1 and succeeds "taskset -c 0 true" then
  prefix = prefix .. ("taskset -c %d "):format(last_processor())
end
local suffix = (" --threads %d%s"):format(flags.threads, flags.quick and " --quick" or "")

local units, order = {}, {}

--- Runs a program and takes what it prints, if it is less than before.
local function collect(results, command, with_flags)
  local pipe = io.popen(prefix .. command .. (with_flags and suffix or ""))
  for line in pipe:lines() do
    local name, unit, value = line:match "^([%w_]+),(%a+),([%d.e+-]+)$"
    if name then
      if not units[name] then
        units[name] = unit
        order[#order + 1] = name
      end
      results[name] = math.min(results[name] or math.huge, tonumber(value))
    end
  end
  pipe:close()
end

local HAND_FLAGS = "-O3 -march=native -std=c11 -D_GNU_SOURCE -fno-math-errno -fno-trapping-math "
  .. "-ffp-contract=fast -Ic"

--- How each contender is run, or why it cannot be.
local function find_peers()
  local peers, absent = {}, {}
  local build = ("mkdir -p build/bench && %s %s -o build/bench/hand spec/bench/hand.c -ldl -lm")
    :format(os.getenv "CC" or "cc", HAND_FLAGS)
  if succeeds(build) and succeeds "build/bench/hand --probe" then
    peers.hand = "build/bench/hand"
  else
    absent[#absent + 1] = "hand.c: no C compiler, or no OpenBLAS"
  end
  local python = os.getenv "PYTHON" or "python3"
  if succeeds(python .. " -c 'import torch'") then
    peers.torch = python .. " spec/bench/torch_peer.py"
  else
    absent[#absent + 1] = ("PyTorch: %s has no torch (PYTHON names another)"):format(python)
  end
  return peers, absent
end

local ours, interpreted, hand, torch = {}, {}, {}, {}

local function wanted(name) return name:find(flags.only, 1, true) end

local function run_round(peers)
  for _, name in ipairs(PROGRAMS) do
    if wanted(name) then
      local file = ("spec/bench/%s.lua"):format(name)
      collect(ours, "luajit " .. file, true)
      if INTERPRETED[name] then collect(interpreted, "luajit -joff " .. file, true) end
    end
  end
  if peers.hand then collect(hand, peers.hand, true) end
  if peers.torch then collect(torch, peers.torch, true) end
end

-- -- The table -----------------------------------------------------------------------------------

local function number(value, width)
  if not value then return (" "):rep(width - 1) .. "-" end
  local digits = value >= 100 and 0 or value >= 10 and 1 or value >= 1 and 2 or 3
  return ("%" .. width .. "." .. digits .. "f"):format(value)
end

local function ratio(a, b) return a and b and a / b end

--- The goals of a row, each with what became of it.
local function judge(name)
  local goal, texts = GOALS[name] or {}, {}
  local function test(kind, text, value, is_met)
    if not goal[kind] then return end
    local sign = not value and "?" or is_met(value, goal[kind]) and "+" or "-"
    texts[#texts + 1] = sign .. text:format(goal[kind])
  end
  local function at_most(value, limit) return value <= limit end
  local function at_least(value, limit) return value >= limit end
  test("most", "%g " .. units[name], ours[name], at_most)
  test("interpreter", "%g interpreted", interpreted[name], at_most)
  test("hand", "%.3gx hand", ratio(ours[name], hand[name]), at_most)
  test("torch", "%gx PyTorch", ratio(torch[name], ours[name]), at_least)
  return table.concat(texts, "  ")
end

local function print_table()
  print(("%-20s %4s %9s %9s %9s %9s %7s %8s   %s"):format("workload", "unit", "ours", "interp.",
    "hand C", "PyTorch", "/ hand", "PyTorch/", "goals: + met, - missed"))
  for _, name in ipairs(order) do
    if ours[name] then
      print(("%-20s %4s %s %s %s %s %s %s   %s"):format(name, units[name], number(ours[name], 9),
        number(interpreted[name], 9), number(hand[name], 9), number(torch[name], 9),
        number(ratio(ours[name], hand[name]), 7), number(ratio(torch[name], ours[name]), 8),
        judge(name)))
    end
  end
end

local function write_json(path)
  local lines = {}
  for _, name in ipairs(order) do
    local fields = { ("\"workload\": \"%s\", \"unit\": \"%s\""):format(name, units[name]) }
    for who, results in pairs { ours = ours, interpreter = interpreted, hand = hand,
      torch = torch } do
      if results[name] then fields[#fields + 1] = ("\"%s\": %.6g"):format(who, results[name]) end
    end
    lines[#lines + 1] = "  { " .. table.concat(fields, ", ") .. " }"
  end
  local file = assert(io.open(path, "w"))
  file:write("[\n", table.concat(lines, ",\n"), "\n]\n")
  file:close()
end

-- -- All of it -----------------------------------------------------------------------------------

local info_pipe = io.popen(prefix .. "luajit -e 'require \"dgraph\".print_runtime_info()'")
io.write(info_pipe:read "*a")
info_pipe:close()
local peers, absent = find_peers()
for _, text in ipairs(absent) do print("not here: " .. text) end
print(("%d round%s, the best of each; smaller is better%s\n"):format(rounds,
  rounds > 1 and "s" or "", flags.quick and "; quick, so take the digits lightly" or ""))
for _ = 1, rounds do run_round(peers) end
print_table()
if flags.json ~= "" then write_json(flags.json) end
