local dg = require "dgraph"
local fake_cuda = require "spec.support.fake_cuda"

local HEAD = [[
local L, O = dg.links, dg.optimizers
local WAIT, GRAPH, LAUNCH = 6, 9, 8
local function data(i, n)
  local x = dg.tensor { 0.5, -1, 2, 0.25, -0.75 } * (0.1 + i / 4)
  return F.stack({ x, -x, x * x, x + 1 }, 1)[{ { 1, n or 4 } }]:to "cuda",
    dg.tensor({ i % 3 + 1, 1, 2, 3 }, "int32")[{ { 1, n or 4 } }]:to "cuda"
end
local function mlp(...)
  return dg.Sequential(L.Linear(5, 8), F.relu, ..., L.Linear(8, 3))
end
local function classifier(net)
  dg.seed(3)
  return L.Classifier(net or dg.Sequential(L.Linear(5, 8), F.relu, L.Linear(8, 3))):to "cuda"
end
--- The losses of eight steps; before(i, optimizer) is called ahead of each.
local function train(captured, make, optimizer, before)
  dg.seed(3)
  local model = classifier(make and make())
  optimizer = (optimizer or O.Adam)():setup(model)
  dg.seed(11)
  local step = function(x, t)
    optimizer:update(model, x, t)
    return model.loss
  end
  if captured then step = dg.capture(step) end
  local losses = {}
  for i = 1, 8 do
    if before then before(i, optimizer, model) end
    losses[i] = step(data(i)):item()
  end
  return losses, step, optimizer, model
end
--- Both ways, which must give the same bits.
local function same(...)
  local a = train(false, ...)
  local b, step, optimizer = train(true, ...)
  for i = 1, 8 do
    assert(a[i] == b[i], ("step %d: %.9g, wanted %.9g"):format(i, b[i], a[i]))
  end
  assert(a[8] ~= a[7])
  print(step, optimizer.t)
end
]]

local REPLAYED = "dg.capture: 1 recorded, 6 replayed, 1 run\t8"

local function says(wanted, code, environment)
  assert.equal(wanted, fake_cuda(HEAD .. code, environment))
end

local function finds(part, code)
  local text = fake_cuda(HEAD .. code)
  assert.truthy(text:find(part, 1, true), text)
end

describe("dg.capture on the CPU", function()
  it("runs the function", function()
    local runs = 0
    local step = dg.capture(function(x, p)
      runs = runs + 1
      return x * p, { x + 1 }, "end"
    end)
    for _ = 1, 3 do
      local y, list, last = step(dg.tensor { 1, 2 }, 3)
      assert.same({ { 3, 6 }, { 2, 3 }, "end" }, { y:totable(), list[1]:totable(), last })
    end
    assert.same({ 3, 3, 0, 0 }, { runs, step.runs, step.captures, step.replays })
  end)

  it("wants a function and a number of variants", function()
    assert.error_matches(function() dg.capture(3) end,
      "dg.capture: wanted a function, got 3", 1, true)
    assert.error_matches(function() dg.capture(print, { variants = 0 }) end,
      "dg.capture: variants must be 1 or more, got 0", 1, true)
  end)
end)

describe("A captured step #slow", function()
  it("learns as one that runs, with numbers that change", function()
    says(REPLAYED, [[
same(nil, nil, function(i, optimizer) optimizer.alpha = 0.1 / i end)
]])
  end)

  it("has the random numbers of its time", function()
    says(REPLAYED, [[
same(function() return mlp(function(h) return F.dropout(h, 0.3) end) end)
]])
  end)

  it("keeps averages, momentum and hooks", function()
    says(REPLAYED, [[
same(function() return mlp(L.BatchNormalization(8)) end, function()
  return O.MomentumSGD(0.05)
end, function(i, optimizer, model)
  if i == 1 then
    optimizer:add_hook(O.WeightDecay(0.01))
    optimizer:add_hook(O.GradientClipping(0.05))
  end
end)
]])
  end)

  it("keeps averages that correct what it computes", function()
    says(REPLAYED, [[
same(function() return mlp(L.BatchRenormalization(8, 2, 1)) end)
]])
  end)

  it("goes through the steps of an LSTM", function()
    says(REPLAYED, [[
local Net = dg.Chain:extend("Net")
function Net:init()
  self.lstm, self.out = L.NStepLSTM(1, 5, 6, 0), L.Linear(6, 3)
end
function Net:forward(x)
  local _, _, ys = self.lstm(nil, nil, x:reshape(2, 2, 5))
  return self.out(ys:reshape(4, 6))
end
same(function() return Net() end)
]])
  end)

  it("counts labels, of which some are ignored", function()
    says("dg.capture: 1 recorded, 4 replayed, 1 run", [[
local function losses(step)
  local list = {}
  for i = 1, 6 do
    local t = dg.tensor({ i > 1 and -1 or 1, i > 3 and -1 or 2, 3, 1 }, "int32"):to "cuda"
    local loss, right = step((data(i, 4)), t)
    list[i] = loss:item() + 10 * right:item()
  end
  return list
end
local function f(x, t)
  local y = x[{ {}, { 1, 3 } }]
  return F.softmax_cross_entropy(y, t), F.accuracy(y, t, -1)
end
local step = dg.capture(f)
local a, b = losses(f), losses(step)
for i = 1, 6 do assert(a[i] == b[i], a[i] .. " " .. b[i]) end
print(step)
]])
  end)

  it("has gradients of rows, and knows afterwards which they are", function()
    says("dg.capture: 1 recorded, 4 replayed, 1 run\t3 1 4", [[
local function ids(i, ...) return dg.tensor({ { i, 1, i }, { ... } }, "int32"):to "cuda" end
local function train(captured, kind)
  dg.seed(3)
  local link = L.EmbedID(6, 4):to "cuda"
  local optimizer = O[kind](0.1):setup(link)
  local function step(a, b)
    optimizer:update(function() return F.sum(F.square(link(a)) * 2) + F.sum(link(b)) end)
  end
  if captured then step = dg.capture(step) end
  for i = 1, 6 do
    step(ids(i < 6 and i or 3, 1, 1, 3), ids(3, 3, i < 6 and i or 4, 1))
  end
  local numbers, elements = link.W:grad_rows()
  return flat({ link.W:to("cpu"):totable(), elements:to("cpu"):totable() }, {}), step,
    table.concat(numbers:to("cpu"):totable(), " ")
end
local step, numbers
for _, kind in ipairs { "SGD", "Adam", "AdaGrad" } do
  local a, _, wanted = train(false, kind)
  local b
  b, step, numbers = train(true, kind)
  assert(#a == #b and numbers == wanted, numbers .. ", wanted " .. wanted)
  for i = 1, #a do assert(a[i] == b[i], ("%s: %.9g, wanted %.9g"):format(kind, b[i], a[i])) end
end
print(step, numbers)
]])
  end)

  it("waits for nothing, and asks for one graph a call", function()
    says("0\t3\t0", [[
local model = classifier()
model.compute_accuracy = false
local optimizer = O.SGD(0.1):setup(model)
local step = dg.capture(function(x, t) optimizer:update(model, x, t) end)
local x, t = data(1)
for _ = 1, 3 do step(x, t) end
local waits, graphs, launches = fake.fake_done(WAIT), fake.fake_done(GRAPH), fake.fake_done(LAUNCH)
for _ = 1, 3 do step(x, t) end
print(fake.fake_done(WAIT) - waits, fake.fake_done(GRAPH) - graphs,
  fake.fake_done(LAUNCH) - launches)
]])
  end)

  it("takes tensors of the host, and gives copies", function()
    says("2 4\t6 8\t10 12\t14 16\tcuda:0", [[
dg.config.device = "cuda"
local step = dg.capture(function(x) return { x * 2 } end)
local all = {}
for i = 1, 4 do
  all[i] = step(dg.tensor({ 2 * i - 1, 2 * i }, { device = "cpu" }))[1]
end
local texts = {}
for i = 1, 4 do texts[i] = table.concat(all[i]:to("cpu"):totable(), " ") end
print(texts[1], texts[2], texts[3], texts[4], all[4].device)
]])
  end)

  it("changes tensors from outside in place", function()
    says("5\t5", [[
local sum = dg.zeros({ 1 }, { device = "cuda" })
local step = dg.capture(function(x)
  sum[{}] = sum + x
  return sum
end)
local one, last = dg.ones({ 1 }, { device = "cuda" })
for _ = 1, 5 do last = step(one) end
print(sum:item(), last:item())
]])
  end)

  it("reads constants that a function keeps, and records anew when they are gone", function()
    says("10 10 10 10 10 10 10\tdg.capture: 2 recorded, 3 replayed, 2 run", [[
local step = dg.capture(function(x)
  local real, imag = F.fft { x, x }
  return real[1] + imag[1]
end)
local x, sums = dg.ones({ 5 }, { device = "cuda" }), {}
for i = 1, 7 do
  if i == 5 then require "dgraph.native".make_room() end -- as where memory is short
  sums[i] = step(x):item()
end
print(table.concat(sums, " "), step)
]])
  end)

  it("leaves gradients, which may be cleared", function()
    says("true\ttrue\tdg.capture: 1 recorded, 6 replayed, 1 run", [[
local _, step, _, model = train(true, nil, nil, function(i, _, model) model:cleargrads() end)
local there = true
for param in model:params() do there = there and param.grad ~= nil end
local a = train(false)
local b = train(true, nil, nil, function(i, _, model) model:cleargrads() end)
print(there, a[8] == b[8], step)
]])
  end)
end)

describe("A captured step is not replayed #slow", function()
  it("where shapes, numbers, settings or variables differ", function()
    says([[
variable k	new
again	nil	2
argument 2 is new
the number of arguments is new
argument 1 is new
dg.config.train is new
dg.config.dtype is new, and there are 6 variants already
nil]], [[
local k = 1
local step = dg.capture(function(x, p) return x * (p or 1) * k end, { variants = 6 })
local x, y = data(1), data(1, 2)
local function ask(...)
  step(...)
  return step.reason
end
for _ = 1, 3 do assert(ask(x, 1) == nil or step.replays == 0) end
k = 2
print((ask(x, 1):gsub("^the ", ""):gsub(" is", "\t"):gsub("\t ", "\t")))
ask(x, 1)
print("again", ask(x, 1), step(x, 1):to("cpu"):totable()[1][1] / x:to("cpu"):totable()[1][1])
print(ask(x, 2))
print(ask(x))
print(ask(y))
dg.using_config("train", false, function() print(ask(y)) end)
dg.using_config("dtype", "float64", function()
  dg.using_config("train", false, function() print(ask(y)) end)
end)
print(ask(x, 1))
]])
  end)

  it("where the function assigns to variables, or replaces what it reads", function()
    says([[
the function assigns to the variable n around it	1
the function reads a tensor from outside that it replaces	5
nil	2]], [[
local n = 0
local step = dg.capture(function(x) n = (n + 1) % 2 return x + n end)
local zero, last = dg.zeros({ 1 }, { device = "cuda" })
for _ = 1, 5 do last = step(zero):item() end
print(step.reason, last)
local state = { h = dg.zeros({ 1 }, { device = "cuda" }) }
step = dg.capture(function(x)
  local old = state.h
  state.h = (old + x):keep()
  old:release()
  return state.h
end)
local one = zero + 1
for _ = 1, 5 do last = step(one):item() end
print(step.reason, last)
step = dg.capture(function(x) return x * 2 end)
for _ = 1, 5 do last = step(one):item() end
print(step.reason, last)
]])
  end)

  it("where what it reads has gone, but recorded anew", function()
    says("a tensor that the function reads is gone\tnil\t21\t2", [[
local box = { w = dg.full({ 1 }, 5, { device = "cuda" }) }
local step = dg.capture(function(x) return x * box.w end)
local x = dg.full({ 1 }, 3, { device = "cuda" })
for _ = 1, 3 do assert(step(x):item() == 15) end
box.w:release()
box.w = dg.full({ 1 }, 7, { device = "cuda" })
assert(step(x):item() == 21)
local reason = step.reason
for _ = 1, 2 do assert(step(x):item() == 21) end
print(reason, step.reason, step(x):item(), step.captures)
]])
  end)

  it("where the model or the loss scale changes", function()
    says("the model of an optimizer has changed\tthe scale of the loss has changed", [[
local model = classifier()
local optimizer = O.SGD(0.1):setup(model)
optimizer:set_loss_scale(4)
local step = dg.capture(function(x, t) optimizer:update(model, x, t) end)
local x, t = data(1)
for _ = 1, 3 do step(x, t) end
model.more = L.Linear(2, 2)
step(x, t)
local first = step.reason
for _ = 1, 3 do step(x, t) end
assert(step.reason == nil)
optimizer:set_loss_scale(8)
step(x, t)
print(first, step.reason)
]])
  end)

  it("where a rule is off, and everything counts as if it had run", function()
    says("5\t5\t4", [[
local model = classifier()
local optimizer = O.Adam():setup(model)
local step = dg.capture(function(x, t) optimizer:update(model, x, t) end)
local x, t = data(1)
for _ = 1, 4 do step(x, t) end
local rule = model.predictor[1].b.update_rule
rule.enabled = false
step(x, t)
print(optimizer.t, model.predictor[1].W.update_rule.t, rule.t)
]])
  end)

  it("where debug mode or a hook looks, or an argument requires a gradient", function()
    says("debug mode looks at values\thooks watch\targument 1 requires a gradient", [[
local step = dg.capture(function(x) return x * 2 end)
local x = data(1)
local reasons = {}
dg.using_config("debug", true, function() step(x) reasons[1] = step.reason end)
dg.using_hook({ forward_preprocess = function() end }, function()
  step(x)
  reasons[2] = step.reason
end)
x.requires_grad = true
step(x)
print(reasons[1], reasons[2], step.reason)
]])
  end)
end)

describe("A step cannot be captured #slow", function()
  local AGAIN = [[
local function twice(step, ...)
  step(...)
  local first = message(step, ...)
  assert(first == message(step, ...))
  print((first:gsub("^%(command line%):%d+: ", "")))
  local y = (data(1) * 2):to("cpu"):totable()
  assert(y[1][1] == 0.35)
end
]]

  it("that reads a value", function()
    says([[
item: cuda: a value is read inside of a step that dg.capture records
1]], AGAIN .. [[
local model = classifier()
local optimizer = O.Adam():setup(model)
local step = dg.capture(function(x, t)
  optimizer:update(model, x, t)
  return model.loss:item()
end)
step(data(1))
local first = message(step, data(2))
print((first:gsub("^.-: ", "")))
print(optimizer.t)
]])
    finds("cuda: a value is read", AGAIN .. [[
twice(dg.capture(function(x) return x[x:gt(0)] end), (data(1)))
]])
  end)

  it("that makes tensors of values of the host", function()
    finds("cuda: a value comes from the host inside of a step that dg.capture records", AGAIN .. [[
dg.config.device = "cuda"
twice(dg.capture(function(x) return x + dg.tensor { 1, 2, 3, 4, 5 } end), (data(1)))
]])
  end)

  it("that seeds, waits, captures or works on another card", function()
    finds("seed: random numbers are seeded inside of a step that dg.capture records", AGAIN .. [[
twice(dg.capture(function(x) dg.seed(3) return F.dropout(x, 0.5) end), (data(1)))
]])
    for _, name in ipairs { "synchronize", "trim" } do
      finds("the card is waited for", AGAIN .. ([[
twice(dg.capture(function(x) dg.cuda.%s() return x end), (data(1)))
]]):format(name))
    end
    finds("work on cuda:1 inside of a step that dg.capture records on cuda:0", AGAIN .. [[
local far = dg.ones({ 2 }, { device = "cuda:1" })
twice(dg.capture(function(x) return x, far + far end), (data(1)))
]])
  end)

  it("that fails otherwise, with that error", function()
    finds("no such luck", [[
local box = {}
local step = dg.capture(function(x) if box.fails then error "no such luck" end return x * 2 end)
local x = data(1)
step(x)
box.fails = true
print(message(step, x))
box.fails = nil
assert(step(x):to("cpu"):totable()[1][1] == 2 * x:to("cpu"):totable()[1][1])
]])
  end)
end)

describe("A label that is no class, in a replay, #slow", function()
  it("is told when a value is read, or at the next call", function()
    says([[
a replay of what dg.capture recorded had a label (element 2) that is not one of 1 to 3
a replay of what dg.capture recorded had a label (element 4) that is not one of 1 to 3
false]], [[
local step = dg.capture(function(x, t) return F.softmax_cross_entropy(x[{ {}, { 1, 3 } }], t) end)
local x, t = data(1)
for _ = 1, 3 do step(x, t) end
local function bad(at)
  local list = { 1, 2, 3, 1 }
  list[at] = 9
  return step(x, dg.tensor(list, "int32"):to "cuda")
end
local function tell(f, ...) print((message(f, ...):gsub("^.-cuda: ", ""))) end
tell(function() return bad(2):item() end)
bad(4)
tell(step, x, t)
local loss = step(x, t):item()
print(loss ~= loss)
]])
  end)

  it("leads nowhere, and no length does that is too long", function()
    says([[
a replay of what dg.capture recorded had a label (element 1) that is not one of 1 to 4
a replay of what dg.capture recorded had a label (element 2) that is not one of 0 to 5
true]], [[
local function numbers(...) return dg.tensor({ ... }, "int64"):to "cuda" end
local function rows(a, b) return F.stack({ a, b }, 1) end
dg.seed(2)
local W = dg.tensor(dg.randn(5, 2, 4), { device = "cuda", requires_grad = true })
local step = dg.capture(function(t, steps, labels)
  W:cleargrad()
  local x = F.separate(F.log_softmax(W, 3), 1)
  local loss = F.connectionist_temporal_classification(x, t, 1, steps, labels)
  loss:backward()
  return loss
end)
local t = rows(numbers(2, 3), numbers(3, 4))
local good = { t, numbers(5, 4), numbers(2, 1) }
local first = step(unpack(good)):item()
for _ = 1, 2 do step(unpack(good)) end
local function bad(...)
  step(...)
  print((message(function() return W.grad:to "cpu" end):gsub("^.-cuda: ", "")))
end
bad(rows(numbers(0, 9), numbers(3, 4)), good[2], good[3])
bad(t, numbers(5, 1e9), numbers(2, 1e9))
print(step(unpack(good)):item() == first)
]])
  end)
end)

describe("The memory of captured steps #slow", function()
  it("is their own, and comes back", function()
    says("true\ttrue\t0\t0", [[
local function live() return dg.memory("cuda").live end
local x = data(1)
local function f(a)
  for _ = 1, 20 do a = a * 1.5 - a end
  return a
end
f(x)
collectgarbage() collectgarbage()
local before = live()
local step = dg.capture(f)
for _ = 1, 4 do step(x) end
collectgarbage() collectgarbage()
local held = live()
local y = step(x)
local other = {}
for i = 1, 50 do other[i] = x * 0 end -- may not lie where the graph writes
local again = step(x)
local same = table.concat(F.flatten(y):to("cpu"):totable(), " ")
  == table.concat(F.flatten(again):to("cpu"):totable(), " ")
for i = 1, 50 do same = same and F.max(F.absolute(other[i])):item() == 0 end
y, again, other = nil, nil, nil
step:reset()
collectgarbage() collectgarbage()
print(held > before, same, live() - before, C.dg_device_bytes(1, C.DG_WORKSPACE))
]])
  end)

  it("outlives them where a tensor uses it", function()
    says("7 14", [[
local kept = {}
local step = dg.capture(function(x) kept[1] = (x * 7):keep() return x end)
local x = dg.tensor({ 1, 2 }):to "cuda"
for _ = 1, 3 do step(x) end
step:reset()
step = nil
collectgarbage() collectgarbage()
for _ = 1, 20 do local y = x * 3 end
print(table.concat(kept[1]:to("cpu"):totable(), " "))
]])
  end)

  it("that runs out while recording is an error, and the step goes on after it", function()
    says("true\t2\t2\tnil", [[
local step = dg.capture(function(x) return F.matmul(x, x) end)
local x = dg.eye(100):to "cuda"
step(x)
dg.cuda.set_memory_limit(dg.memory("cuda").live + 1000)
local text = message(step, x * 1)
dg.cuda.set_memory_limit(nil)
print(text:find("out of memory on cuda:0", 1, true) ~= nil, step(x * 2):to("cpu")[1][1]:item() / 2,
  (step(x):to("cpu")[1][1] + 1):item(), step.reason)
]])
  end)
end)
