--- Results do not depend on the number of threads, to the last bit.
local dg = require "dgraph"
local F = dg.F

--- The bytes of what `f` returns, one string for each tensor.
local function bytes_of(f)
  local texts = {}
  dg.scope(function()
    for i, y in ipairs { f() } do texts[i] = y:tostring() end
  end)
  return texts
end

local function same_with_threads(name, f)
  it("is so for " .. name, function()
    local before = dg.get_num_threads()
    finally(function() dg.set_num_threads(before) end)
    dg.set_num_threads(1)
    local wanted = bytes_of(f)
    for _, threads in ipairs { 2, 3, 4 } do
      dg.set_num_threads(threads)
      local got = bytes_of(f)
      for i = 1, #wanted do
        if got[i] ~= wanted[i] then error(("result %d, %d threads"):format(i, threads)) end
      end
    end
  end)
end

--- f(...) and its gradients.
local function with_gradients(f, ...)
  local inputs = { ... }
  return function()
    local y = f(unpack(inputs))
    return y, unpack(dg.grad({ F.sum(y * y) }, inputs))
  end
end

local function variable(...) return dg.Variable(dg.randn(...)) end

describe("the same results with any number of threads #long", function()
  dg.seed(1)
  -- Every way to compute a product, and those of the models in spec/bench: 100 rows by 784 and
  -- 1000, 32 by 512, 1024 by 768 ...
  for _, shape in ipairs {
    { 700, 3, 500 }, { 130, 140, 150 }, { 300, 330, 90 }, { 65, 500, 200 }, { 70, 90, 700 },
    { 33, 1030, 60 }, { 200, 400, 800 }, { 1, 700, 900 }, { 900, 1, 700 }, { 260, 250, 1100 },
    { 7, 1000, 784 }, { 100, 1000, 784 }, { 100, 784, 1000 }, { 1000, 784, 100 }, { 32, 512, 128 },
    { 32, 128, 512 }, { 512, 128, 1600 }, { 1024, 768, 256 }, { 768, 256, 1024 }, { 256, 256, 256 },
  } do
    local m, n, k = unpack(shape)
    local a, b, at, bt = dg.randn(m, k), dg.randn(k, n), dg.randn(k, m), dg.randn(n, k)
    same_with_threads(("products of %dx%dx%d"):format(m, n, k), function()
      return F.matmul(a, b), F.matmul(a, bt, false, true), F.matmul(at, b, true),
        F.matmul(at, bt, true, true)
    end)
    if m * n * k < 5e7 then
      same_with_threads(("products of %dx%dx%d in float64"):format(m, n, k), function()
        local c, d = a:cast "float64", b:cast "float64"
        return F.matmul(c, d), F.matmul(c, bt:cast "float64", false, true),
          F.matmul(at:cast "float64", d, true)
      end)
    end
  end
  for _, rows in ipairs { 1, 5, 130 } do
    same_with_threads(("a linear layer of %d rows"):format(rows), with_gradients(F.linear,
      variable(rows, 530), variable(710, 530), variable(710)))
  end
  local x, W, b = variable(2, 16, 30, 34), variable(24, 16, 3, 3), variable(24)
  same_with_threads("convolutions", with_gradients(F.convolution_2d, x, W, b))
  same_with_threads("padded convolutions", with_gradients(function(...)
    local h, w, c = ...
    return F.convolution_2d(h, w, c, 1, 1)
  end, x, W, b))
  local table_, flat = variable(300, 700), variable(210000)
  same_with_threads("maps", with_gradients(function(h) return F.tanh(h) + F.exp(h) end, flat))
  for name, f in pairs {
    ["sums of all"] = function(h) return F.sum(h) end,
    ["sums of columns"] = function(h) return F.sum(h, 1) end,
    ["sums of rows"] = function(h) return F.sum(h, 2) end,
    ["maxima"] = function(h) return F.max(h, 1) end,
    ["softmax"] = function(h) return F.softmax(h) end,
    ["transposed copies"] = function(h) return F.copy(F.transpose(h)) end,
    ["running sums"] = function(h) return F.cumsum(h, 2) end,
  } do
    same_with_threads(name, with_gradients(f, table_))
  end
  local gamma, beta = variable(700), variable(700)
  same_with_threads("layer_normalization", with_gradients(F.layer_normalization, table_, gamma,
    beta))
  same_with_threads("batch_normalization", with_gradients(F.batch_normalization, table_, gamma,
    beta))
  local lstm, steps = dg.links.NStepLSTM(1, 40, 96, 0), variable(20, 30, 40)
  same_with_threads("an LSTM", with_gradients(function()
    local _, _, ys = lstm(nil, nil, steps)
    return ys
  end, steps, lstm[1].w0, lstm[1].w5, lstm[1].b5))
  local q, k, v = variable(2, 4, 70, 32), variable(2, 4, 70, 32), variable(2, 4, 70, 32)
  same_with_threads("attention", with_gradients(function(...)
    local query, key, value = ...
    return F.scaled_dot_product_attention(query, key, value, nil, 0, true)
  end, q, k, v))
end)
