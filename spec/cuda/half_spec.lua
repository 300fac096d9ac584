--- Floats of 16 bits on a card: on the stand-in, whose kernels the host runs, and on a real one.
local dg = require "dgraph"
local fake_cuda = require "spec.support.fake_cuda"
local F, L = dg.F, dg.L

--- What both are asked: compare(name, tolerance, f, ...) on inputs of each dtype.
local CASES = [[
--- By x, by gamma, and with averages that are kept; x is far from 0.
local function normalizations(dtype, compare, gradient, normal)
  local u = dtype == "float16" and 2 ^ -10 or 2 ^ -7
  local x, gamma, beta = normal(4, 6) + 3, normal(6), normal(6)
  local function groups(a, g, b) return F.group_normalization(a, 3, g, b) end
  local function averages(a, g, b)
    local mean, var = dg.zeros_like(g), dg.ones_like(g)
    local y = F.batch_normalization(a, g, b, nil, mean, var)
    return F.concat({ y, F.expand_dims(mean, 1), F.expand_dims(var, 1) }, 1)
  end
  local function fixed(a, g, b) return F.fixed_batch_normalization(a, g, b, b, b * b + 1) end
  for name, f in pairs {
    layer_normalization = F.layer_normalization, group_normalization = groups,
    batch_normalization = F.batch_normalization,
    rms_norm = function(a, g) return F.rms_norm(a, { 6 }, g) end,
    ["batch_normalization with averages"] = averages, fixed_batch_normalization = fixed,
  } do
    compare(name, 4 * u, f, x, gamma, beta)
    compare(name .. "'s gradient", 16 * u, gradient(f), x, gamma, beta)
    compare(name .. "'s gradient of gamma", 16 * u,
      gradient(function(g, a, b) return f(a, g, b) end), gamma, x, beta)
  end
  local long, g, b = normal(4200, 8) + 3, normal(8), normal(8)
  compare("batch_normalization of many", 4 * u, F.batch_normalization, long, g, b)
  compare("its gradient", 16 * u, gradient(F.batch_normalization), long, g, b)
end
local function losses(dtype, compare, gradient, normal)
  local u = dtype == "float16" and 2 ^ -10 or 2 ^ -7
  local x, wide, weights = normal(5, 7), normal(3, 1024), normal(7)
  local function labels(n, count) return dg.random.randint(1, count + 1, { n }) end
  local function each(a, t) return F.softmax_cross_entropy(a, t, nil, nil, nil, nil, "no") end
  local function ignored(a, t) return F.softmax_cross_entropy(a, t, true, nil, nil, 3) end
  local function weighed(a, t, w) return F.softmax_cross_entropy(a, t, true, nil, w) end
  local t = labels(5, 7)
  for name, f in pairs { plain = F.softmax_cross_entropy, each = each, ignored = ignored } do
    compare("softmax_cross_entropy, " .. name, 2 * u, f, x, t)
    compare("its gradient", 4 * u, gradient(f), x, t)
  end
  compare("softmax_cross_entropy with weights", 2 * u, weighed, x, t, F.abs(weights))
  compare("its gradient", 4 * u, gradient(weighed), x, t, F.abs(weights))
  t = labels(3, 1024)
  compare("softmax_cross_entropy of long rows", 2 * u, F.softmax_cross_entropy, wide, t)
  compare("its gradient", 4 * u, gradient(F.softmax_cross_entropy), wide, t)
  compare("mean_squared_error", 2 * u, F.mean_squared_error, x, normal(5, 7))
  compare("its gradient", 4 * u, gradient(F.mean_squared_error), x, normal(5, 7))
  local yes = dg.random.randint(-1, 2, { 5, 7 })
  compare("sigmoid_cross_entropy", 2 * u, F.sigmoid_cross_entropy, x, yes)
  compare("its gradient", 4 * u, gradient(F.sigmoid_cross_entropy), x, yes)
end
local function sequences(dtype, compare, gradient, normal)
  local u = dtype == "float16" and 2 ^ -10 or 2 ^ -7
  local ws, bs = {}, {}
  for _, two in ipairs { false, true } do
    local function lstm(x, h, ...)
      for k = 1, 8 do ws[k], bs[k] = select(k, ...), select(8 + k, ...) end
      local xs = { x[{ { 1, 3 } }], x[{ { 4, 5 } }], x[{ { 6, 6 } }] }
      local f = two and F.n_step_bilstm or F.n_step_lstm
      local layers = two and { ws, ws } or { ws }
      local states = two and F.concat({ h, h }, 1) or h
      local hy, cy, ys = f(1, 0, states, states, layers, two and { bs, bs } or { bs }, xs)
      return F.concat({ F.reshape(hy, { -1 }), F.reshape(cy, { -1 }), F.reshape(ys[1], { -1 }),
        F.reshape(ys[3], { -1 }) }, 1)
    end
    local inputs = { normal(6, 4), normal(1, 3, 6) }
    for k = 1, 8 do inputs[2 + k] = normal(6, k < 5 and 4 or 6) * 0.5 end
    for k = 1, 8 do inputs[10 + k] = normal(6) * 0.5 end
    compare("LSTM over sequences", 8 * u, lstm, unpack(inputs))
    compare("its gradient", 32 * u, gradient(lstm), unpack(inputs))
    local function by_w(w, x, h, ...)
      local others = { ... }
      others[5] = w
      return lstm(x, h, unpack(others))
    end
    compare("its gradient of W", 32 * u, gradient(by_w), inputs[7], unpack(inputs))
  end
end
local function cases(dtype, compare)
  local u = dtype == "float16" and 2 ^ -10 or 2 ^ -7
  local function normal(...) return F.cast(dg.random.normal(0, 1, { ... }), dtype) end
  local x, y = normal(3, 5, 8), normal(5, 8)
  compare("add", 0, function(a, b) return a + b end, x, y)
  compare("mul of columns", 0, function(a, b) return b[{ {}, { 1, 1 } }] * a end, x, y)
  compare("exp", u, F.exp, x)
  compare("affine", 0, function(a) return a * 3 + 1 end, x)
  compare("greater", 0, function(a, b) return F.cast(a:gt(b), "float32") end, x, y)
  compare("where", 0, function(a, b) return F.where(b:gt(0), a, b) end, x, y)
  compare("an odd part", 0, function(a) return a[{ {}, {}, { 2, 4 } }] * 2 end, x)
  compare("turned", 0, function(a) return F.transpose(a, { 3, 1, 2 }):copy() end, normal(9, 9, 9))
  compare("turned packs", 0, function(a) return F.transpose(a):copy() end, normal(136, 72))
  compare("fill", 0, function(a) return dg.full_like(a, 0.3) end, x)
  for _, to in ipairs { "float32", "float64", "int32", "int64", "uint8", "bool", "float16",
    "bfloat16" } do
    compare("cast to " .. to, 0, function(a) return F.cast(F.cast(a, to), "float64") end, x * 9)
    compare("cast from " .. to, 0, function(a) return F.cast(F.cast(a, to), dtype) end,
      F.cast(dg.random.normal(0, 9, { 300 }), "float64"))
  end
  for axis = 1, 3 do
    compare("sum", 2 * u, function(a) return a:sum(axis) end, x)
    compare("max", 0, function(a) return F.max(a, axis) end, x)
    for _, name in ipairs { "softmax", "log_softmax", "logsumexp" } do
      compare(name, 2 * u, function(a) return F[name](a, axis) end, x)
    end
  end
  compare("sum of many", 2 * u, function(a) return a:sum() end, normal(70, 300))
  compare("sum of columns", 2 * u, function(a) return a:sum(1) end, normal(700, 16))
  compare("softmax of long rows", 2 * u, function(a) return F.softmax(a, 2) end, normal(3, 1024))
  compare("take", 0, function(a) return F.take(a, dg.tensor({ 3, 1 }, { dtype = "int64",
    device = a.device }), 2) end, x)
  compare("matmul", 4 * u, F.matmul, x, normal(3, 8, 4))
  compare("matmul, turned", 4 * u, function(a, b) return F.matmul(a:transpose(), b) end,
    normal(9, 4), normal(9, 5))
  compare("linear", 4 * u, F.linear, normal(7, 5), normal(4, 5), normal(4))
  local function gradient(f)
    return function(a, ...)
      a = a:copy():detach()
      a.requires_grad = true
      F.sum(F.square(f(a, ...))):backward()
      return a.grad
    end
  end
  compare("linear's gradient", 8 * u, gradient(F.linear), normal(7, 5), normal(4, 5), normal(4))
  normalizations(dtype, compare, gradient, normal)
  losses(dtype, compare, gradient, normal)
  sequences(dtype, compare, gradient, normal)
  compare("softmax's gradient", 4 * u, gradient(function(a) return F.softmax(a, 2) end), x)
  compare("tanh's gradient", 4 * u, gradient(F.tanh), x)
  compare("convolution", 8 * u, F.convolution_2d, normal(2, 2, 5, 5), normal(3, 2, 3, 3), normal(3))
  compare("deconvolution", 8 * u, F.deconvolution_2d, normal(2, 3, 4, 4), normal(3, 2, 3, 3),
    normal(2))
  compare("convolution's gradient", 16 * u, gradient(F.convolution_2d), normal(1, 2, 5, 5),
    normal(3, 2, 3, 3))
  local images = normal(2, 2, 6, 6)
  local function max_pooling(a) return F.max_pooling_2d(a, 3, 2, 1) end
  local function average_pooling(a) return F.average_pooling_2d(a, 3, 2, 1) end
  local function unpooling(a) return F.unpooling_2d(a, 2) end
  compare("max_pooling", 0, max_pooling, images)
  compare("max_pooling of NaN", 0, function(a)
    return F.isnan(max_pooling(F.where(a:gt(1), a / 0 - a / 0, a)))
  end, images)
  compare("average_pooling", u, average_pooling, images)
  compare("unpooling", 0, unpooling, images)
  compare("max_pooling's gradient", 2 * u, gradient(max_pooling), images)
  compare("average_pooling's gradient", 4 * u, gradient(average_pooling), images)
  compare("lstm", 2 * u, function(c, x)
    local c_next, h = F.lstm(c, x)
    return F.concat({ c_next, h }, 1)
  end, normal(3, 4), normal(3, 16))
  compare("lstm's gradient", 4 * u, gradient(function(x, c)
    local c_next, h = F.lstm(c, x)
    return c_next + h
  end), normal(3, 16), normal(3, 4))
  local native = require "dgraph.native"
  local function gru(x, h, u) return native.wrap(native.C.dg_gru(h, x, u)) end
  compare("gru", 2 * u, gru, normal(3, 12), normal(3, 4), normal(3, 12))
  compare("gru's gradient", 4 * u, gradient(gru), normal(3, 12), normal(3, 4), normal(3, 12))
  local function attend(options)
    return function(q, k, v)
      return F.scaled_dot_product_attention(q, k, v, options)
    end
  end
  local open = F.cast(dg.random.randint(0, 2, { 4, 5 }), "bool")
  for name, options in pairs { plain = {}, causal = { is_causal = true } } do
    local f = attend(options)
    local q, k, v = normal(2, 4, 8), normal(2, 5, 8), normal(2, 5, 3)
    compare("attention, " .. name, 2 * u, f, q, k, v)
    compare("q's gradient", 16 * u, gradient(f), q, k, v)
    compare("k's gradient", 16 * u, gradient(function(b, a, c) return f(a, b, c) end), k, q, v)
    compare("v's gradient", 16 * u, gradient(function(c, a, b) return f(a, b, c) end), v, q, k)
  end
  for _, mask in ipairs { open, normal(4, 5) } do
    local function f(q, k, v, m) return attend { attn_mask = m } (q, k, v) end
    local q, k, v = normal(2, 4, 8), normal(2, 5, 8), normal(2, 5, 3)
    compare("attention with a mask", 2 * u, f, q, k, v, mask)
    compare("its gradient", 16 * u, gradient(f), q, k, v, mask)
  end
  local function added(a)
    a = a:copy():detach()
    a.requires_grad = true
    F.sum(a * 2 + a):backward()
    return a.grad
  end
  compare("added up gradients", 0, added, x)
end
local function compare(name, tolerance, f, ...)
  local near, far = { ... }, {}
  for i, x in ipairs(near) do far[i] = x:to "cuda" end
  local here, there = f(unpack(near)), f(unpack(far))
  local a = F.cast(here, "float64"):reshape(-1):totable() -- bools, too
  local b = F.cast(there:to "cpu", "float64"):reshape(-1):totable()
  assert(#a == #b and #a > 0 and here.dtype == there.dtype, name)
  local largest = 1
  for i = 1, #a do largest = math.max(largest, math.abs(a[i])) end
  for i = 1, #a do
    if not (math.abs(a[i] - b[i]) <= tolerance * largest) then
      return print(("%s: %.9g, wanted %.9g"):format(name, b[i], a[i]))
    end
  end
end
dg.random.seed(5)
]]

describe("floats of 16 bits on CUDA's stand-in, #slow", function()
  for _, dtype in ipairs { "float16", "bfloat16" } do
    it("are computed with as on the host: " .. dtype, function()
      assert.equal("", fake_cuda(CASES .. ("cases(%q, compare)"):format(dtype)))
    end)

    it("are multiplied without cuBLAS, too: " .. dtype, function()
      assert.equal("", fake_cuda(CASES .. [[
local dtype = "]] .. dtype .. [["
local function normal(...) return F.cast(dg.random.normal(0, 1, { ... }), dtype) end
compare("matmul", 2 ^ -5, F.matmul, normal(5, 20), normal(20, 3))
compare("linear", 2 ^ -5, F.linear, normal(7, 5), normal(4, 5), normal(4))
compare("attention", 2 ^ -5, F.scaled_dot_product_attention, normal(4, 8), normal(5, 8),
  normal(5, 3))
]], { DGRAPH_CUBLAS = "none" }))
    end)
  end

  it("have formulas that the true NVRTC takes", function()
    local nvrtc = os.getenv "DGRAPH_NVRTC"
    if not nvrtc then return pending "DGRAPH_NVRTC names none" end
    assert.equal("", fake_cuda([[
for _, dtype in ipairs { "float16", "bfloat16" } do
  local x = dg.ones({ 2, 3 }, { dtype = dtype, device = "cuda" })
  local y = F.tanh(x * x[1] + 1)
  local z = F.where(F.cast(y, "bool"), x, y) + F.gelu(x) + F.lgamma(x)
  for _, to in ipairs { "float32", "float64", "int32", "int64", "uint8", "bool", "float16",
    "bfloat16" } do
    F.cast(F.cast(z, to), dtype)
  end
end
]], { DGRAPH_NVRTC = nvrtc, DGRAPH_CACHE = "build/nvrtc_cache" }))
  end)

  it("are not widened for attention, poolings, cells, normalizations and losses", function()
    assert.equal("weights_bf16\nweights_again_bf16 weights_grad_bf16\npool_max_bf16\n"
      .. "pool_mean_bf16\nlstm_bf16\nheld_normalize_bf16\nheld_normalize_grad_bf16 "
      .. "packed_affine_grad_bf16\n"
      .. "held_cross_entropy_bf16 sum_f32 total_bf16\nheld_cross_entropy_grad_bf16\n"
      .. "squares_bf16 total_bf16\nlines", fake_cuda([[
local function launched(f)
  local first, names = fake.fake_launched(), {}
  local y = f()
  for i = first, fake.fake_launched() - 1 do
    local name = ffi.string(fake.fake_launch_name(i))
    if name:find "_bf16$" or name:find "_f32$" then names[#names + 1] = name end
  end
  return y, table.concat(names, " ")
end
local function normal(...)
  return dg.tensor(dg.randn({ ... }), { dtype = "bfloat16", device = "cuda", requires_grad = true })
end
local q, x = normal(2, 4, 4), normal(1, 2, 4, 4)
local y, names = launched(function() return F.scaled_dot_product_attention(q, q, q) end)
print(names)
y.grad = y:copy()
print((select(2, launched(function() y:backward() end)):gsub(" add_.*", "")))
print((select(2, launched(function() return F.max_pooling_2d(x, 2) end))))
print((select(2, launched(function() return F.average_pooling_2d(x, 2) end))))
print((select(2, launched(function() return F.lstm(normal(2, 3), normal(2, 12)) end))))
local z, t = normal(2, 8), dg.tensor({ 3, 1 }, { dtype = "int32", device = "cuda" })
local function backward(f)
  local y, forward = launched(f)
  print(forward)
  z:cleargrad()
  y.grad = dg.ones_like(y)
  local first, names = fake.fake_launched(), {}
  y:backward()
  for i = first, fake.fake_launched() - 1 do
    local name = ffi.string(fake.fake_launch_name(i))
    names[#names + 1] = name
  end
  table.sort(names)
  print(table.concat(names, " "))
end
backward(function() return F.layer_normalization(z, normal(8), normal(8)) end)
backward(function() return F.softmax_cross_entropy(z, t) end)
backward(function() return F.mean_squared_error(z, normal(2, 8):detach()) end)
]]))
  end)

  it("come from autocast", function()
    assert.equal("bfloat16\tfloat32\tfloat32", fake_cuda([[
local x = dg.ones({ 4, 8 }, { device = "cuda" })
local W = dg.Parameter(dg.ones(3, 8)):to "cuda"
W = dg.tensor(dg.ones(3, 8), { device = "cuda", requires_grad = true })
dg.autocast("bfloat16", function()
  local y = F.linear(x, W)
  local loss = F.sum(F.softmax(y))
  loss:backward()
  print(y.dtype, loss.dtype, W.grad.dtype)
end)
]]))
  end)
end)

describe("TF32", function()
  it("is off until it is allowed", function()
    assert.is_false(dg.cuda.allow_tf32(true))
    assert.is_true(dg.cuda.allow_tf32(false))
    assert.has_error(function() dg.cuda.allow_tf32(1) end)
  end)

  it("is what cuBLAS is told once #slow", function() -- the address sanitizer talks in between
    assert.equal("0\t1\t1\t2", fake_cuda([[
ffi.cdef "int fake_math_modes(void);"
local x = dg.ones({ 4, 4 }, { device = "cuda" })
local function modes() F.matmul(x, x) return fake.fake_math_modes() end
local before = modes()
dg.cuda.allow_tf32(true)
local first, second = modes(), modes()
dg.cuda.allow_tf32(false)
print(before, first, second, modes())
]]))
  end)
end)

describe("floats of 16 bits on a card", function()
  local available, reason = dg.cuda.is_available()
  if not available then
    pending("are tried where there is one: " .. reason)
    return
  end

  for _, dtype in ipairs { "float16", "bfloat16" } do
    it("are computed with as on the host: " .. dtype, function()
      local told = {}
      local function note(text) told[#told + 1] = text end
      local environment = setmetatable({ dg = dg, F = F, print = note }, { __index = _G })
      local code = assert(loadstring(CASES .. "cases(..., compare)"))
      setfenv(code, environment)(dtype)
      assert.same({}, told)
    end)

    it("come from all patterns, and go back to them: " .. dtype, function()
      local x = dg.empty({ 65536 }, dtype)
      local bits = x:pointer()
      for i = 0, 65535 do bits[i] = i end
      local wanted = x:to("float32"):to(dtype):pointer()
      local got = x:to("cuda"):to("float32"):to(dtype):to("cpu"):pointer()
      for i = 0, 65535 do assert(got[i] == wanted[i], i) end
    end)

    it("train a classifier by autocast as the host does: " .. dtype, function()
      local function losses(device)
        return dg.using_device(device, function()
          dg.seed(1)
          local train = dg.datasets.get_mnist { folder = "examples/data/mnist_subset" }
          local batches = dg.iterators.SerialIterator(train, 100)
          local model = L.Classifier(dg.Sequential(L.Linear(784, 100), F.relu, L.Linear(100, 10)))
          local optimizer = dg.optimizers.Adam():setup(model)
          optimizer:loss_scaling()
          local list = {}
          for i = 1, 40 do
            optimizer:update(function()
              return dg.autocast(dtype, function() return model(batches:next()) end)
            end)
            list[i] = model.loss:item()
          end
          return list
        end)
      end
      local here, there = losses "cpu", losses "cuda"
      for i = 1, #here do assert.is_true(math.abs(here[i] - there[i]) < 0.05) end
      assert.is_true(there[40] < 0.7 * there[1])
    end)
  end

  it("give other products in TF32, near those of float32", function()
    local x = dg.randn({ 256, 256 }, { device = "cuda" })
    local exact = F.matmul(x, x)
    dg.cuda.allow_tf32(true)
    local rough = F.matmul(x, x)
    dg.cuda.allow_tf32(false)
    local error = F.max(F.absolute(exact - rough)):item()
    assert.is_true(error < 0.5)
    assert.equal(0, F.max(F.absolute(exact - F.matmul(x, x))):item())
  end)
end)
