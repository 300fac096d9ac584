local ffi = require "ffi"
local compare_cuda = require "spec.support.compare_cuda"
local fake_cuda = require "spec.support.fake_cuda"
local native = require "dgraph.native"

local C = native.C

local function units()
  local names, i = {}, 0
  while C.dg_device_unit(i) ~= nil do
    names[#names + 1] = ffi.string(C.dg_device_unit(i))
    i = i + 1
  end
  C.dg_error_clear()
  return names
end

--- Why NVRTC cannot be used; nil where it can.
local function why_not()
  if C.dg_device_compile("copy", 90) >= 0 then return nil end
  local reason = ffi.string(C.dg_error_message())
  C.dg_error_clear()
  return reason:find("cannot be opened", 1, true) and reason or nil
end

describe("CUDA's kernels", function()
  it("are found by their files' names", function()
    local names = {}
    for _, name in ipairs(units()) do names[name] = true end
    for _, name in ipairs { "reduce", "matmul", "softmax" } do assert.is_true(names[name]) end
  end)

  it("are not compiled from a file that is not there", function()
    assert.is_true(C.dg_device_compile("no such file", 90) < 0)
    assert.equal("cuda: there is no source no such file.cu", ffi.string(C.dg_error_message()))
    C.dg_error_clear()
  end)

  for _, arch in ipairs { 75, 80, 90 } do
    it("compile for compute capability " .. arch / 10 .. " #slow", function()
      local reason = why_not()
      if reason then return pending("no NVRTC: " .. reason) end
      for _, name in ipairs(units()) do
        local bytes = C.dg_device_compile(name, arch)
        assert(bytes > 0, bytes < 0 and ffi.string(C.dg_error_message()))
      end
    end)
  end
end)

describe("a backend's table", function()
  local function read(path)
    local file = assert(io.open(path))
    local text = file:read "*a"
    file:close()
    return text
  end

  --- The entries of dg_backend: whether a backend may lack them.
  local function entries()
    local list, count = {}, 0
    local text = read("c/device/device.h"):match "typedef struct dg_backend {(.-)\n} dg_backend;"
    for mark, name in text:gmatch "\n  ([%u_]*) ?[%l%d_]+ %(%*([%a_%d]+)%)%(" do
      list[name], count = mark == "DG_OPTIONAL", count + 1
    end
    assert.equal(select(2, text:gsub("%(%*[%a_%d]+%)%(", "")), count)
    assert.is_true(count > 50)
    return list
  end

  local function has(backend, name)
    local text = read(("c/device/%s/%s.c"):format(backend, backend))
    return text:find(("  .%s = dg_%s_%s,"):format(name, backend, name), 1, true) ~= nil
  end

  for _, backend in ipairs { "cpu", "cuda" } do
    it("has all but what it may lack: " .. backend, function()
      for name, optional in pairs(entries()) do
        assert(optional or has(backend, name), name)
      end
    end)
  end

  it("may lack nothing that all have", function()
    for name, optional in pairs(entries()) do
      assert.equal(optional, not (has("cpu", name) and has("cuda", name)), name)
    end
  end)
end)

describe("CUDA's kernels, run by the host, #slow", function()
  local function same(what, code)
    it("compute the same " .. what, function() assert.equal("", compare_cuda(code)) end)
  end

  same("sums, maxima and positions along any axes", [[
for _, shape in ipairs { { 1 }, { 3000 }, { 3, 2000 }, { 2000, 3 }, { 2, 3, 40 }, { 300, 70 } } do
  local x = dg.random.normal(0, 1, shape)
  for axis = 1, #shape do
    compare("sum", 2e-5, function(a) return a:sum(axis) end, x)
    compare("max", 0, function(a) return F.max(a, axis) end, x)
    compare("argmin", 0, function(a) return F.argmin(a, axis) end, x)
    compare("softmax", 1e-6, function(a) return F.softmax(a, axis) end, x)
    compare("cumsum", 1e-4, function(a) return F.cumsum(a, axis) end, x)
  end
  compare("sum of all", 2e-5, function(a) return a:sum() end, x)
end
for _, shape in ipairs { { 700, 48 }, { 1300, 16 }, { 5, 16 }, { 66, 3, 32 } } do
  for _, dtype in ipairs { "float32", "float64", "int64", "uint8" } do
    local x = F.cast(dg.random.randint(0, 200, shape), dtype)
    if dtype ~= "uint8" then compare("sum of columns", 1e-6, function(a) return a:sum(1) end, x) end
    compare("max of columns", 0, function(a) return F.max(a, 1) end, x)
    compare("argmax of columns", 0, function(a) return F.argmax(a, 1) end, x)
    local part = x[{ {}, { 1, shape[2] - 1 } }]
    compare("min of a part", 0, function(a) return F.min(a, 1) end, part)
  end
end
local x = normal(66, 3, 32)
compare("sum along two axes", 2e-5, function(a) return a:sum { 1, 2 } end, x)
compare("sum along the middle", 2e-5, function(a) return a:sum(2) end, x)
for _, x in ipairs { dg.tensor { 1, 0 / 0, 3 }, dg.tensor { 2, 2, 1 } } do
  compare("argmax", 0, function(a) return F.argmax(a, 1) end, x)
end
]])

  same("products of matrices of any strides", [[
local a, b = normal(3, 2, 5, 4), normal(2, 4, 6)
compare("stack", 1e-5, F.matmul, a, b)
compare("transposed", 1e-5, function(x, y) return F.matmul(x:transpose(), y) end, normal(40, 7),
  normal(40, 3))
compare("integers", 0, F.matmul, integers(-9, 9, 5, 20), integers(-9, 9, 20, 3))
compare("linear", 1e-5, F.linear, normal(7, 5), normal(4, 5), normal(4))
compare("linear's gradient", 1e-4, gradient(F.linear), normal(7, 5), normal(4, 5), normal(4))
]])

  same("sums of bags of rows", [[
for _, dtype in ipairs { "float32", "float64" } do
  local function bags(W, t) return F.embedding_bag(t, W, nil, "sum") end
  local W, t = F.cast(normal(6, 5), dtype), integers(1, 7, 4, 3)
  compare("embedding_bag", 0, bags, W, t)
  compare("its gradient", 0, gradient(bags), W, t)
  local function biased(w, b, ids) return F.embedding_bag(ids, w, nil, "sum", { bias = b }) end
  local b = F.cast(normal(9), dtype)[{ { 1, 9, 2 } }]
  compare("embedding_bag with a bias", 0, biased, W, b, t)
  compare("its gradient with a bias", 0, gradient(biased), W, b, t)
end
]])

  same("losses and what labels choose", [[
local x, t = normal(7, 5, 3), integers(1, 6, 7, 3)
compare("select_item", 0, F.select_item, x, t)
compare("cross entropy", 1e-6, F.softmax_cross_entropy, x, t)
compare("its gradient", 1e-6, gradient(F.softmax_cross_entropy), x, t)
compare("square error", 1e-6, F.mean_squared_error, x, normal(7, 5, 3))
]])

  same("sums of equal indices, in order", [[
local function embed(W, t) return F.embed_id(t, W) end
compare("embed_id", 0, embed, normal(6, 5), integers(1, 7, 700))
compare("its gradient", 0, gradient(embed), normal(6, 5), integers(1, 7, 700))
local function take(x, i) return F.take(x, i, 2) end
compare("take", 0, take, normal(4, 9, 3), integers(1, 10, 300))
compare("its gradient", 0, gradient(take), normal(4, 9, 3), integers(1, 10, 300))
]])

  same("orders of rows of any length, and what they choose", [[
for _, shape in ipairs { { 1 }, { 5, 3 }, { 7, 300 }, { 300, 2 }, { 2, 1025 }, { 5000 } } do
  for axis = 1, #shape do
    for _, falling in ipairs { false, true } do
      local function order(x) return F.argsort(x, axis, falling) end
      compare("argsort", 0, order, dg.random.normal(0, 1, shape))
      compare("argsort with equals", 0, order, dg.random.randint(-9, 9, shape, "int32"))
      compare("argsort of doubles", 0, order, F.cast(dg.random.randint(-2, 2, shape), "float64"))
    end
    compare("cummax", 0, function(x) return F.cummax(x, axis) end, dg.random.normal(0, 1, shape))
    local function sorted(x) return F.sort(x, axis) end
    compare("sort", 0, sorted, dg.random.normal(0, 1, shape))
    compare("its gradient", 1e-6, gradient(sorted), dg.random.normal(0, 1, shape))
  end
end
compare("NaN", 0, F.argsort, dg.tensor { 0 / 0, 1, 1 / 0, 0 / 0, -1 / 0, 0, -0 })
local function take(x, i) return F.take_along_axis(x, i, 2) end
compare("take_along_axis", 0, take, normal(4, 9, 3), integers(1, 10, 4, 300, 3))
compare("its gradient", 0, gradient(take), normal(4, 9, 3), integers(1, 10, 4, 300, 3))
]])

  same("elementwise operators of rows, columns and single values", [[
local x = normal(3, 5, 8)
for _, shape in ipairs { { 8 }, { 5, 1 }, { 3, 1, 1 }, { 3, 1, 8 }, { 5, 8 }, { 1 } } do
  local y = dg.random.normal(0, 1, shape)
  compare("add", 0, function(a, b) return a + b end, x, y)
  compare("mul", 0, function(a, b) return b * a end, x, y)
  compare("greater", 0, function(a, b) return F.cast(a:gt(b), "float32") end, x, y)
  compare("where", 0, function(a, b) return F.where(b:gt(0), a, b) end, x, y)
end
compare("part", 0, function(a) return a[{ {}, {}, { 2, 5 } }] + a[{ {}, {}, { 3, 6 } }] end, x)
for _, dtype in ipairs { "int32", "uint8", "float64", "bool" } do
  compare("cast", 0, function(a) return F.cast(F.cast(a, dtype), "float32") end, F.abs(x * 9))
end
]])

  same("rows that a block's threads hold", [[
for _, shape in ipairs { { 70, 4 }, { 9, 100 }, { 3, 1024 }, { 2, 2052 }, { 2, 8196 } } do
  for _, dtype in ipairs { "float32", "float64" } do
    local x = F.cast(dg.random.normal(0, 2, shape), dtype)
    local tolerance = dtype == "float64" and 1e-13 or 1e-5
    for _, name in ipairs { "softmax", "log_softmax", "logsumexp" } do
      local function f(a) return F[name](a, 2) end
      compare(name, tolerance, f, x)
      compare(name .. "'s gradient", 10 * tolerance, gradient(f), x)
    end
    local t = integers(1, shape[2] + 1, shape[1])
    compare("cross entropy", tolerance, F.softmax_cross_entropy, x, t)
    compare("its gradient", tolerance, gradient(F.softmax_cross_entropy), x, t)
    compare("sum", tolerance, function(a) return a:sum(2) end, x)
    compare("argmax", 0, function(a) return F.argmax(a, 2) end, x)
    compare("min", 0, function(a) return F.min(a, 2) end, x)
  end
end
]])

  same("normalizations by packs, in parts, and neither, and their gradients", [[
local function along_rows(x, gamma, beta) return F.layer_normalization(x, gamma, beta) end
local function along_channels(x, gamma, beta) return F.batch_normalization(x, gamma, beta) end
local function try(name, f, dtype, tolerance, x, n)
  x = F.cast(x, dtype)
  local gamma, beta = F.cast(normal(n) + 2, dtype), F.cast(normal(n), dtype)
  for _, inputs in ipairs { { x, gamma, beta }, { gamma, x, beta }, { beta, x, gamma } } do
    local of = inputs[1] == x and "x" or inputs[1] == gamma and "gamma" or "beta"
    local function by(a, b, c)
      if of == "x" then return f(a, b, c) elseif of == "gamma" then return f(b, a, c) end
      return f(b, c, a)
    end
    local g = normal(unpack(x.shape))
    local function weighed(a, b, c, w) return F.mul(by(a, b, c), w) end
    compare(name .. dtype .. " by " .. of, tolerance, by, unpack(inputs))
    local all = { inputs[1], inputs[2], inputs[3], F.cast(g, dtype) }
    local what = name .. dtype .. "'s gradient of " .. of
    compare(what, 20 * tolerance, gradient(weighed), unpack(all))
  end
end
for _, dtype in ipairs { "float32", "float64" } do
  local tolerance = dtype == "float32" and 1e-5 or 1e-12
  for _, n in ipairs { 24, 21, 2, 300 } do
    try("rows of " .. n, along_rows, dtype, tolerance, normal(n == 300 and 20 or 1100, n) + 3, n)
  end
  local odd = normal(9, 14) * 2
  try("odd rows ", along_rows, dtype, tolerance, odd[{ {}, { 2, 13 } }], 12)
  try("long rows ", along_rows, dtype, tolerance, normal(2, 2052) - 1, 2052)
  try("channels ", along_channels, dtype, tolerance, normal(205, 2, 80) + 3, 2)
  try("odd channels ", along_channels, dtype, tolerance, normal(253, 2, 65), 2)
  try("columns ", along_channels, dtype, tolerance, normal(4200, 8) + 10, 8)
  try("odd columns ", along_channels, dtype, tolerance, normal(1600, 21), 21)
  try("images ", along_channels, dtype, tolerance, normal(3, 4, 5, 8), 4)
  local function groups(x, gamma, beta) return F.group_normalization(x, 3, gamma, beta) end
  try("groups ", groups, dtype, tolerance, normal(4, 6, 8) + 1, 6)
  try("groups of features ", groups, dtype, tolerance, normal(70, 24) + 1, 24)
end
local function fixed(x, gamma, beta)
  return F.fixed_batch_normalization(x, gamma, beta, beta, gamma * gamma + 1)
end
compare("fixed ", 1e-5, fixed, normal(205, 2, 80), normal(2), normal(2))
]])

  same("transposed copies", [[
for _, dtype in ipairs { "float32", "float64", "int32", "uint8" } do
  local function turned(...)
    local axes = { ... }
    return function(x) return F.transpose(F.cast(x, dtype), axes):copy() end
  end
  compare("matrix", 0, turned(2, 1), integers(0, 200, 70, 41))
  compare("channels last", 0, turned(1, 3, 4, 2), integers(0, 200, 2, 9, 5, 7))
  compare("stack", 0, turned(3, 2, 1), integers(0, 200, 9, 3, 40))
  compare("middle", 0, turned(2, 3, 1), integers(0, 200, 9, 3, 40))
  compare("packs", 0, turned(2, 1), integers(0, 200, 144, 72))
  compare("packs of a stack", 0, turned(1, 3, 2), integers(0, 200, 2, 80, 64))
  compare("packs of a part", 0, function(x)
    return F.transpose(F.cast(x, dtype)[{ {}, { 9, 88 } }]):copy()
  end, integers(0, 200, 72, 96))
  compare("a part off the borders", 0, function(x)
    return F.transpose(F.cast(x, dtype)[{ {}, { 2, 81 } }]):copy()
  end, integers(0, 200, 72, 96))
end
]])

  same("attention", [[
local function attend(options)
  return function(q, k, v) return F.scaled_dot_product_attention(q, k, v, options) end
end
for name, options in pairs { plain = {}, causal = { is_causal = true } } do
  local f = attend(options)
  compare(name, 1e-5, f, normal(2, 3, 40, 5), normal(2, 3, 70, 5), normal(2, 3, 70, 4))
  for i, which in ipairs { "q", "k", "v" } do
    local function by(x, a, b)
      if i == 1 then return f(x, a, b) elseif i == 2 then return f(a, x, b) end
      return f(a, b, x)
    end
    compare(name .. " gradient of " .. which, 1e-4, gradient(by), normal(2, i == 1 and 40 or 70, 5),
      normal(2, i == 1 and 70 or 40, 5), normal(2, 70, 5))
  end
end
]])

  same("losses of sequences", [[
local function loss(x, t)
  return F.connectionist_temporal_classification(F.separate(x, 1), t, 4, { reduce = "no" })
end
local x, t = normal(40, 3, 4), dg.tensor({ { 1, 2, 2 }, { 3, 3, 3 }, { 1, 2, 1 } }, "int64")
compare("ctc", 1e-6, loss, x, t)
compare("its gradient", 1e-5, gradient(loss), x, t)
]])

  same("factors of matrices of one panel and of more", [[
local function turned(x) return F.swapaxes(x, -1, -2) end
local function positive(x) return F.matmul(x, turned(x)) + dg.eye(x:dim(-1), x:dim(-1), x.dtype) end
for _, shape in ipairs { { 1, 1 }, { 3, 5, 5 }, { 0, 2, 2 }, { 70, 70 } } do
  local x = dg.random.normal(0, 1, shape, { dtype = "float64" }) + 0
  local p, b = positive(x), dg.randn({ shape[#shape], 3 }, "float64")
  if x.size > 0 then
    compare("inv", 1e-10, F.inv, p)
    compare("solve", 1e-10, F.solve, x, b)
    compare("cholesky", 1e-12, F.cholesky, p)
    compare("det", 1e-10, function(a) return F.det(a / 8) end, x)
  end
end
for _, shape in ipairs { { 2, 9, 4 }, { 50, 40 } } do
  for i = 1, 2 do
    local function part(x) return (select(i, F.qr(x))) end
    compare("qr", 1e-12, part, dg.randn(shape, "float64"))
  end
end
compare("singular", 0, F.det, dg.tensor { { 1, 2, 3 }, { 2, 4, 6 }, { 1, 1, 1 } })
]])

  same("values and vectors of matrices, a block's own and of many", [[
local function turned(x) return F.swapaxes(x, -1, -2) end
for _, shape in ipairs { { 2, 7, 7 }, { 34, 34 } } do
  local x = dg.randn(shape, "float64")
  x = x + turned(x)
  compare("eigh values", 1e-12, function(a) return (F.eigh(a)) end, x)
  compare("eigh vectors", 1e-10, function(a) return select(2, F.eigh(a)) ^ 2 end, x)
end
local function parts(full)
  return function(x)
    local u, s, vh = F.svd(x, full)
    local k = s:dim(-1)
    local all = {}
    for i = 1, #x.shape do all[i] = {} end
    local first = { unpack(all) }
    first[#first], all[#all - 1] = { 1, k }, { 1, k }
    local product = F.matmul(u[first] * F.expand_dims(s, -2), vh[all])
    return F.concat({ F.flatten(product), F.flatten(s), F.flatten(F.matmul(turned(u), u)),
      F.flatten(F.matmul(vh, turned(vh))) }, 1)
  end
end
for _, shape in ipairs { { 2, 5, 3 }, { 3, 5 }, { 4, 34 } } do
  local x = dg.randn(shape, "float64")
  compare("svd", 1e-12, parts(true), x * 1e-300)
  compare("svd of columns that are alike", 1e-12, parts(false), F.concat({ x, x * 2, x * 0 }, -1))
end
compare("svd of more columns", 1e-12, parts(false), dg.randn({ 33, 34 }, "float64"))
]])

  it("refuse the first matrix of a stack that the host refuses, in its words", function()
    assert.equal("0", fake_cuda([[
local good, odd = dg.eye(2), 0
local none, huge = dg.full({ 2, 2 }, 0 / 0), dg.full({ 2, 2 }, math.huge)
local singular, negative = dg.tensor { { 1, 2 }, { 2, 4 } }, dg.tensor { { 1, 2 }, { 2, 1 } }
local function solve(x) return F.solve(x, good:to(x.device)) end
for f, list in pairs {
  [F.inv] = { singular, none }, [solve] = { singular }, [F.cholesky] = { negative, none },
  [F.eigh] = { none, huge }, [F.svd] = { none, huge }, [F.qr] = { none }, [F.det] = { none },
} do
  for _, bad in ipairs(list) do
    for _, x in ipairs { bad, F.stack { good, bad, bad }, good } do
      local here, there = message(f, x), message(f, x:to "cuda")
      if here ~= there then print(here, there) odd = odd + 1 end
    end
  end
end
print(odd)
]]))
  end)

  same("random numbers, to the bit", [[
for _, kind in ipairs { "uniform", "normal", "randint" } do
  for _, dtype in ipairs(kind == "randint" and { "int32", "uint8" } or { "float32", "float64" }) do
    for _, n in ipairs { 1, 3, 1001 } do
      local function draw(device)
        dg.random.seed(7)
        return dg.random[kind](2, 90, { n }, { dtype = dtype, device = device }):to("cpu"):totable()
      end
      local a, b = draw "cpu", draw "cuda"
      for i = 1, n do assert(a[i] == b[i], kind .. dtype) end
    end
  end
end
]])

  it("change many parameters by few launches, to the bits of changing one by one", function()
    assert.equal("SGD MomentumSGD Adam AMSGrad FTRL", fake_cuda([[
local O = dg.optimizers
local KINDS = {
  SGD = "add", MomentumSGD = "momentum", Adam = "adam", AMSGrad = "amsgrad", FTRL = "ftrl",
}
local COUNTS = { Adam = true, AMSGrad = true } -- steps, of each parameter
--- Parameters after some steps, and how many launches changed them.
local function train(kind, forced)
  local optimizer = O[kind](0.1)
  local model = dg.Chain {}
  dg.seed(3)
  for i = 1, 70 do
    local shape = { i == 9 and 0 or i % 5 * 70 + 1, 2 }
    model["p" .. i] = dg.Parameter(dg.randn(shape, i % 30 == 2 and "float64" or "float32"))
  end
  model:to "cuda"
  optimizer:setup(model)
  local launched = fake.fake_launched()
  for step = 1, 3 do
    model:cleargrads()
    for i = 1, 70 do
      local p = model["p" .. i]
      if i ~= 11 or COUNTS[kind] then
        p.grad = p * (0.1 * step)
        if i == 7 then p.grad = dg.ones_like(p)[{ {}, { 1, 1 } }]:broadcast_to(p.shape) end
      end
    end
    launched = fake.fake_launched()
    for param in model:params() do
      if forced then
        local rule = param.update_rule
        local core = rule.update_core
        rule.update_core = function(...) return core(...) end
      end
    end
    optimizer:update()
  end
  local count = 0
  for i = launched, fake.fake_launched() - 1 do
    local name = ffi.string(fake.fake_launch_name(i))
    if name:find("^" .. KINDS[kind] .. "_") then count = count + 1 end
  end
  local all = {}
  for i = 1, 70 do flat(model["p" .. i]:to("cpu"):totable(), all) end
  return all, count
end
local done = {}
for _, kind in ipairs { "SGD", "MomentumSGD", "Adam", "AMSGrad", "FTRL" } do
  local a, by_one = train(kind, true)
  local b, together = train(kind, false)
  assert(#a == #b and #a > 5000)
  for i = 1, #a do assert(a[i] == b[i], kind) end
  assert(by_one == (COUNTS[kind] and 69 or 68) and together < 10, kind .. by_one .. " " .. together)
  done[#done + 1] = kind
end
print(table.concat(done, " "))
]]))
  end)

  it("change the rows alone that a gradient has, as the host does", function()
    assert.equal("", fake_cuda([[
local L, O = dg.links, dg.optimizers
local function train(device, kind, dtype)
  local link = L.EmbedID(5, 3, { initialW = F.cast(dg.arange(15):reshape(5, 3), dtype) / 8 })
  link:to(device)
  local optimizer = O[kind](0.1):setup(link)
  for i = 1, 3 do
    local ids = dg.tensor({ { 1, 3, 1 }, { i + 1, 3, 3 } }, "int32"):to(device)
    optimizer:update(function() return F.sum(F.square(link(ids)) + link(ids)) end)
  end
  local numbers, elements = link.W:grad_rows()
  return flat({ link.W:to("cpu"):totable(), numbers:to("cpu"):totable(),
    elements:to("cpu"):totable() }, {})
end
for _, kind in ipairs { "SGD", "Adam", "AMSGrad", "AdaGrad", "FTRL" } do
  for _, dtype in ipairs { "float32", "float64" } do
    local a, b = train("cpu", kind, dtype), train("cuda", kind, dtype)
    assert(#a == #b)
    for i = 1, #a do
      if math.abs(a[i] - b[i]) > 1e-6 then print(kind, dtype, i, a[i], b[i]) end
    end
  end
end
]]))
  end)

  same("steps of embeddings by the rows that were used", [[
compare("W", 1e-6, function(W, ids)
  local link = dg.links.EmbedID(6, 5, W:to "cpu")
  if W.device ~= "cpu" then link:to(W.device) end
  dg.optimizers.Adam(0.1):setup(link):update(function() return F.sum(F.square(link(ids))) end)
  return link.W:copy()
end, normal(6, 5), integers(1, 4, 7))
]])

  it("multiply matrices where there is no cuBLAS", function()
    assert.equal("", compare_cuda([[
compare("product", 1e-5, F.matmul, normal(20, 33), normal(33, 18))
compare("linear", 1e-5, F.linear, normal(7, 5), normal(4, 5), normal(4))
]], { DGRAPH_CUBLAS = "none" }))
  end)
end)

