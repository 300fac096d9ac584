local dg = require "dgraph"

local F, L = dg.F, dg.L

local function train()
  local model = dg.Sequential(L.Linear(8, 16), F.relu, L.Linear(16, 3))
  local optimizer = dg.optimizers.Adam():setup(model)
  local x, t = dg.ones(4, 8), dg.ones(4, "int32")
  for _ = 1, 2 do
    optimizer:update(function() return F.softmax_cross_entropy(model(x), t) end)
  end
  return "done", 3
end

describe("dg.profile", function()
  it("returns what the function does, behind the profile", function()
    local profile, done, three = dg.profile(train)
    assert.same({ "done", 3 }, { done, three })
    assert.is_true(profile.time > 0)
    local _, sum = dg.profile(function(a, b) return a + b end, 1, 2)
    assert.equal(3, sum)
    assert.has_error(function() dg.profile(3) end, "dg.profile: wanted a function, got 3")
    assert.has_error(function() dg.profile(function() error("mine", 0) end) end, "mine")
  end)

  it("notes functions forward and backward, updates and layers", function()
    local counts, by_name = {}, {}
    local profile = dg.profile(train)
    for _, event in ipairs(profile.events) do
      counts[event.kind] = (counts[event.kind] or 0) + 1
      by_name[event.kind .. " " .. event.name] = event
      assert.is_true(event.time >= event.own_time and event.own_time >= 0)
      assert.is_true(event.start >= 0 and event.start + event.time <= profile.time)
    end
    assert.same({ forward = 8, backward = 8, update = 2, layer = 6 }, counts)
    local linear = by_name["forward linear"]
    assert.same({ "float32 4x16", "float32 3x16", "float32 3" }, linear.inputs)
    assert.same({ "float32 4x3" }, linear.outputs)
    assert.equal(4 * 3 * (2 * 16 + 1), linear.flops)
    assert.matches("^spec/profile_spec.lua:%d+$", linear.where)
    assert.same({ "float32 4x16" }, by_name["backward linear"].inputs)
    assert.same({ "float32 scalar" }, by_name["backward softmax_cross_entropy"].inputs)
    assert.same({ "float32 4x16" }, by_name["layer Linear"].inputs)
    assert.same({ "float32 4x3" }, by_name["layer Linear"].outputs)
    assert.is_true(by_name["layer Sequential"].time > by_name["layer Linear"].time)
  end)

  it("writes a table, the most expensive function first", function()
    local profile = dg.profile(train)
    profile.events = {
      { name = "relu", kind = "forward", time = 1e-3, own_time = 1e-3, bytes = 2048, flops = 2e6 },
      { name = "linear", kind = "forward", time = 2e-3, own_time = 2e-3, bytes = 100, flops = 0 },
      { name = "linear", kind = "backward", time = 6e-3, own_time = 5e-3, bytes = 0, flops = 0 },
      { name = "Linear", kind = "layer", time = 2e-2, own_time = 1e-2, bytes = 0, flops = 0 },
    }
    profile.time = 0.5
    assert.equal([[
function  calls  time   share  forward  backward   bytes  FLOP/s
linear        1  7 ms  87.5 %     2 ms      5 ms   100 B
relu          1  1 ms  12.5 %     1 ms       0 s  2.0 KB     2 G
----------------------------------------------------------------
total         2  8 ms             3 ms      5 ms
500 ms in all, hooks included]], tostring(profile))
    assert.matches("^function", dg.profile(function() end):text())
  end)

  it("counts what is called inside of a function for that one alone", function()
    local Double = dg.Function:extend "double"
    function Double.forward(_, x) return x * 2 end
    function Double.backward(_, gy)
      local g = gy * 2
      for _ = 1, 50 do g = g * 1 end
      return g
    end
    local x = dg.Variable { 1 }
    local profile = dg.profile(function() Double(x):backward() end)
    local inner, outer = 0, nil
    for _, event in ipairs(profile.events) do
      if event.name == "double" and event.kind == "backward" then outer = event end
      if event.name == "mul" then inner = inner + event.time end
    end
    assert.is_true(outer.own_time < outer.time)
  end)

  it("goes on after what failed", function()
    local profile = dg.profile(function()
      pcall(F.exp, dg.tensor({ 1 }, "int32"))
      pcall(L.Linear(2, 2), dg.zeros(1, 5))
      F.sum(F.exp(dg.Variable { 1 })):backward()
    end)
    local names = {}
    for _, event in ipairs(profile.events) do names[#names + 1] = event.name end
    assert.same({ "exp", "sum", "sum", "exp" }, names)
  end)

  it("writes a trace that Chrome reads", function()
    local path = os.tmpname()
    local profile = dg.profile(train)
    assert.is_true(profile:save(path))
    local script = [[
import json, sys
trace = json.load(open(sys.argv[1]))
assert set(trace) == {"traceEvents", "displayTimeUnit"}, trace.keys()
bars = [e for e in trace["traceEvents"] if e["ph"] == "X"]
for e in trace["traceEvents"]:
    assert e["ph"] in "XCM" and isinstance(e["name"], str) and e["pid"] == 1, e
    assert isinstance(e["ts"], (int, float)) and isinstance(e["args"], dict), e
for e in bars:
    assert e["tid"] == 1 and e["dur"] >= 0
    assert e["cat"] in ("forward", "backward", "update", "layer")
    assert all(isinstance(s, str) for s in e["args"]["inputs"] + e["args"]["outputs"])
    assert e["args"]["where"].startswith("spec/profile_spec.lua:"), e
# bars on one thread lie beside each other or inside each other
stack = []
for e in sorted(bars, key=lambda e: (e["ts"], -e["dur"])):
    while stack and stack[-1] <= e["ts"]:
        stack.pop()
    assert not stack or e["ts"] + e["dur"] <= stack[-1] + 1e-3, e
    stack.append(e["ts"] + e["dur"])
print(len(bars))
]]
    local pipe = io.popen(("python3 - '%s' <<'END' 2>&1\n%s\nEND\n"):format(path, script))
    local text = pipe:read "*a"
    pipe:close()
    os.remove(path)
    assert.equal("24\n", text)
    local ok, message = profile:save "/no/such/folder/trace.json"
    assert.is_nil(ok)
    assert.is_string(message)
  end)
end)
