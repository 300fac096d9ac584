--- Ours beside hand-written C and PyTorch, in one table: `make bench`, `make bench-quick`.
--
--   luajit spec/bench/run.lua [--quick] [--rounds 3] [--threads 1,2] [--only mlp] [--json FILE]
--
-- For each workload everybody runs in turn, in several rounds, with one thread pinned to a
-- processor, the large ones with more threads as well (rows `2T`); the table has each one's best. A
-- peer that is not there is left out: hand/ wants a C compiler and OpenBLAS, torch_peer.py a Python
-- (PYTHON, or python3) that has torch.
local flags = require "dgraph.utils.flags"(arg, {
  quick = false, rounds = 0, threads = "1,2", only = "", json = "",
})
local GOALS = require "spec.bench.goals"
local rounds = flags.rounds > 0 and flags.rounds or flags.quick and 1 or 3

--- What runs, in the order of the table. `interpreter`: without the JIT compiler as well, where
--- that is of interest; `large`: with several threads as well; `slow`: not in a hurry, or not with
--- several threads; `alone`: peers have a process of its own for it.
local PROGRAMS = {
  { "chain1000", interpreter = true }, { "xx_plus_x", interpreter = true },
  { "mlp_tiny", interpreter = true }, { "infer_tiny", interpreter = true },
  { "logreg100", interpreter = true }, { "a9a_ftrl", interpreter = true, slow = 1 },
  { "lstm_b1", interpreter = true },
  { "mlp_mnist", large = true }, { "infer_mnist", large = true }, { "lenet", large = true },
  { "lstm_char", large = true, interpreter = true }, { "gpt4", large = true, interpreter = true },
  { "conv3x3", large = true }, { "elementwise", large = true, slow = 2 }, { "elementwise_small" },
  { "sgemm", large = true, slow = 2 }, { "startup" }, { "rss_tiny", alone = true },
  { "rss_mnist", alone = true }, { "rss_lenet", alone = true }, { "embedding", slow = 1 },
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

--- What stands before each command. Two variables make OpenBLAS slow where they were set for
--- another machine; PyTorch's threads sleep while they wait or do not: which is better depends.
local function prefix_of(threads, round)
  local prefix = "env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE "
    .. ("DGRAPH_NUM_THREADS=%d OPENBLAS_NUM_THREADS=%d "):format(threads, threads)
  if threads > 1 then
    return prefix .. (round % 2 == 1 and "OMP_WAIT_POLICY=passive " or "")
  elseif succeeds "taskset -c 0 true" then
    return prefix .. ("taskset -c %d "):format(last_processor())
  end
  return prefix
end

local units, order = {}, {}
local ours, interpreted, hand, torch = {}, {}, {}, {}

--- Runs a program and takes what it prints, if it is less than before.
local function collect(results, command, threads, round)
  local pipe = io.popen(("%s %s --threads %d%s"):format(prefix_of(threads, round), command, threads,
    flags.quick and " --quick" or ""))
  for line in pipe:lines() do
    local name, unit, value = line:match "^([%w_]+),(%a+),([%d.e+-]+)$"
    if name then
      if threads > 1 then name = ("%s %dT"):format(name, threads) end
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
  local build = "mkdir -p build/bench && %s %s -o build/bench/hand spec/bench/hand/*.c -ldl -lm"
  if succeeds(build:format(os.getenv "CC" or "cc", HAND_FLAGS))
    and succeeds "build/bench/hand --probe" then
    peers[1] = { hand, "build/bench/hand" }
  else
    absent[1] = "hand-written C: no C compiler, or no OpenBLAS"
  end
  local python = os.getenv "PYTHON" or "python3"
  if succeeds(python .. " -c 'import torch'") then
    peers[#peers + 1] = { torch, python .. " spec/bench/torch_peer.py" }
  else
    absent[#absent + 1] = ("PyTorch: %s has no torch (PYTHON names another)"):format(python)
  end
  return peers, absent
end

local function run_peers(peers, names, threads, round)
  for _, peer in ipairs(peers) do
    collect(peer[1], peer[2] .. " " .. table.concat(names, " "), threads, round)
  end
end

--- Everybody once. In a hurry a peer is started once, for all workloads together.
local function run_round(peers, threads, round)
  local together = {}
  for _, program in ipairs(PROGRAMS) do
    local name = program[1]
    local wanted = name:find(flags.only, 1, true) and (threads == 1 or program.large)
    if wanted and not (flags.quick and program.slow and threads >= program.slow) then
      local file = ("spec/bench/%s.lua"):format(name)
      collect(ours, "luajit " .. file, threads, round)
      if program.interpreter and threads == 1 then
        collect(interpreted, "luajit -joff " .. file, threads, round)
      end
      if not flags.quick then run_peers(peers, { name }, threads, round)
      elseif not program.alone then together[#together + 1] = name
      end
    end
  end
  if together[1] then run_peers(peers, together, threads, round) end
end

-- -- The table -----------------------------------------------------------------------------------

local function number(value, width)
  if not value then return (" "):rep(width - 1) .. "-" end
  local digits = value >= 100 and 0 or value >= 10 and 1 or value >= 1 and 2 or 3
  return ("%" .. width .. "." .. digits .. "f"):format(value)
end

local function ratio(a, b) return a and b and a / b end

local function at_most(value, limit) return value <= limit end
local function at_least(value, limit) return value >= limit end

--- The goals of a row, each with what became of it: `+` met, `-` missed, `?` not measured.
local function judge(name)
  local goal, texts = GOALS[name] or {}, {}
  local function test(limit, text, value, is_met)
    if not limit then return end
    local sign = not value and "?" or is_met(value, limit) and "+" or "-"
    texts[#texts + 1] = sign .. text:format(limit)
  end
  test(goal.most, "%.3g " .. units[name], ours[name], at_most)
  test(goal.interpreter, "%g interpreted", interpreted[name], at_most)
  test(goal.hand, "%.3gx hand", ratio(ours[name], hand[name]), at_most)
  test(goal.torch, "%gx PyTorch", ratio(torch[name], ours[name]), at_least)
  if goal.of then
    local other, limit = unpack(goal.of)
    test(limit, "%.3gx " .. other, ratio(ours[name], ours[other]), at_most)
  end
  return table.concat(texts, "  ")
end

local function print_table()
  print(("%-27s %4s %9s %9s %9s %9s %7s %8s   %s"):format("workload", "unit", "ours", "interp.",
    "hand C", "PyTorch", "/ hand", "PyTorch/", "goals: + met, - missed"))
  for _, name in ipairs(order) do
    if ours[name] then
      local line = ("%-27s %4s %s %s %s %s %s %s   %s"):format(name, units[name],
        number(ours[name], 9), number(interpreted[name], 9), number(hand[name], 9),
        number(torch[name], 9), number(ratio(ours[name], hand[name]), 7),
        number(ratio(torch[name], ours[name]), 8), judge(name))
      print((line:gsub(" +$", "")))
    end
  end
end

local function write_json(path)
  local lines = {}
  for _, name in ipairs(order) do
    local fields = { ("\"workload\": \"%s\", \"unit\": \"%s\""):format(name, units[name]) }
    local contenders = { { "ours", ours }, { "interpreter", interpreted }, { "hand", hand },
      { "torch", torch } }
    for _, contender in ipairs(contenders) do
      local value = contender[2][name]
      if value then fields[#fields + 1] = ("\"%s\": %.6g"):format(contender[1], value) end
    end
    fields[#fields + 1] = ("\"goals\": \"%s\""):format(judge(name))
    lines[#lines + 1] = "  { " .. table.concat(fields, ", ") .. " }"
  end
  local file = assert(io.open(path, "w"))
  file:write("[\n", table.concat(lines, ",\n"), "\n]\n")
  file:close()
end

-- -- All of it -----------------------------------------------------------------------------------

local info_pipe = io.popen(prefix_of(1, 1)
  .. "luajit -e 'require \"dgraph\".print_runtime_info()' | grep -v '^cuda'")
io.write(info_pipe:read "*a")
info_pipe:close()
local peers, absent = find_peers()
for _, text in ipairs(absent) do print("not here: " .. text) end
print(("%d round%s, the best of each; smaller is better%s\n"):format(rounds,
  rounds > 1 and "s" or "", flags.quick and "; quick, so take the digits lightly" or ""))
for threads in flags.threads:gmatch "%d+" do
  for round = 1, rounds do run_round(peers, tonumber(threads), round) end
end
print_table()
if flags.json ~= "" then write_json(flags.json) end
