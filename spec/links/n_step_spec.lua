local dg = require "dgraph"
local gradient_check = require "dgraph.gradient_check"

local F, L = dg.F, dg.links
local close = gradient_check.assert_allclose

local LINKS = {
  NStepLSTM = { "n_step_lstm", 1, 8 }, NStepBiLSTM = { "n_step_bilstm", 2, 8 },
  NStepGRU = { "n_step_gru", 1, 6 }, NStepBiGRU = { "n_step_bigru", 2, 6 },
  NStepRNNTanh = { "n_step_rnn", 1, 2, "tanh" }, NStepBiRNNTanh = { "n_step_birnn", 2, 2, "tanh" },
  NStepRNNReLU = { "n_step_rnn", 1, 2, "relu" }, NStepBiRNNReLU = { "n_step_birnn", 2, 2, "relu" },
}

--- The lists of weights or biases.
local function lists(link, letter, count)
  local result = {}
  for i = 1, #link do
    result[i] = {}
    for k = 1, count do result[i][k] = link[i][letter .. (k - 1)] end
  end
  return result
end

for name, facts in pairs(LINKS) do
  local f, directions, weights, activation = unpack(facts, 1, 4)
  local is_lstm = weights == 8

  local function call(link, hx, cx, xs)
    if is_lstm then return link(hx, cx, xs) end
    local hy, ys = link(hx, xs)
    return hy, nil, ys
  end

  describe(name, function()
    it("has Chainer's names and shapes", function()
      local link = L[name](2, 3, 5, 0)
      local shapes = {}
      for path, param in link:namedparams() do shapes[path] = table.concat(param.shape, "x") end
      assert.equal(2 * directions, #link)
      assert.equal("5x3", shapes["/0/w0"])
      assert.equal("5", shapes["/0/b0"])
      assert.equal("5x5", shapes["/0/w" .. weights - 1])
      assert.equal(directions == 1 and "5x5" or "5x10", shapes[("/%d/w0"):format(directions)])
      assert.equal(0, link[1].b0:sum():item())
      assert.is_nil(shapes["/0/w" .. weights])
    end)

    it("computes F." .. f .. " for sequences of any lengths, in any order", function()
      local link = L[name](2, 3, 5, 0)
      local xs = { dg.randn(2, 3), dg.randn(4, 3), dg.randn(1, 3), dg.randn(4, 3) }
      local hx, cx = dg.randn(2 * directions, 4, 5), dg.randn(2 * directions, 4, 5)
      local hy, cy, ys = call(link, hx, cx, xs)
      local order, sorted = { 2, 4, 1, 3 }, {}
      local steps = { 4, 3, 2, 2 } -- how many sequences there are at each
      for t = 1, 4 do
        local rows = {}
        for k = 1, steps[t] do rows[k] = xs[order[k]][t] end
        sorted[t] = F.stack(rows, 1)
      end
      local places = dg.tensor(order, "int64")
      local arguments = { 2, 0, F.take(hx, places, 2) }
      if is_lstm then arguments[4] = F.take(cx, places, 2) end
      arguments[#arguments + 1] = lists(link, "w", weights)
      arguments[#arguments + 1] = lists(link, "b", weights)
      arguments[#arguments + 1] = sorted
      arguments[#arguments + 1] = activation
      local wanted = { F[f](unpack(arguments)) }
      local outputs = wanted[#wanted]
      assert.equal(is_lstm and 3 or 2, #wanted)
      close(F.take(hy, places, 2), wanted[1], 1e-6)
      if is_lstm then close(F.take(cy, places, 2), wanted[2], 1e-6) end
      for t = 1, 4 do
        assert.same({ steps[t], 5 * directions }, outputs[t].shape)
        for k = 1, steps[t] do close(ys[order[k]][t], outputs[t][k], 1e-6) end
      end
      for i, x in ipairs(xs) do assert.same({ x.shape[1], 5 * directions }, ys[i].shape) end
    end)

    it("takes one tensor for sequences of one length, and no state for 0", function()
      local link = L[name](1, 3, 5, 0)
      local x, zeros = dg.randn(4, 6, 3), dg.zeros(directions, 4, 5)
      local hy, cy, ys = call(link, nil, nil, x)
      local hy2, cy2, ys2 = call(link, zeros, zeros, F.separate(x, 1))
      assert.same({ 4, 6, 5 * directions }, ys.shape)
      close(hy, hy2, 1e-6)
      if is_lstm then close(cy, cy2, 1e-6) end
      for i = 1, 4 do close(ys[i], ys2[i], 1e-6) end
    end)

    it("differentiates its inputs, states and weights", function()
      local link = L[name](2, 2, 2, 0)
      local function shift(p) p.data = dg.tensor(F.sin(dg.arange(p.size):reshape(p.shape) + 1)) end
      for p in link:params() do shift(p) end
      local x1 = dg.tensor(dg.randn(3, 2), { requires_grad = true })
      local x2 = dg.tensor(dg.randn(2, 2), { requires_grad = true })
      local hx = dg.tensor(dg.randn(2 * directions, 2, 2), { requires_grad = true })
      local hy, _, ys = call(link, hx, hx, { x2, x1 })
      local sum = hy:sum() + ys[1]:sum() + ys[2]:sum()
      sum:backward()
      for p in link:params() do assert.is_truthy(p.grad) end
      for _, x in ipairs { x1, x2, hx } do assert.is_true(F.absolute(x.grad):sum():item() > 0) end
    end)

    it("drops out between layers, while training", function()
      local link = L[name](2, 2, 8, 0.5)
      local x = dg.randn(3, 4, 2)
      local function outputs() return select(3, call(link, nil, nil, x)):totable() end
      assert.not_same(outputs(), outputs())
      assert.same(dg.test_mode(outputs), dg.test_mode(outputs))
      link = L[name](1, 2, 8, 0.5)
      assert.same(outputs(), outputs())
    end)

    it("is copied with weights of its own", function()
      local link = L[name](1, 2, 2, 0)
      local copy = link:copy "copy"
      local x = dg.randn(1, 3, 2)
      local before = select(3, call(copy, nil, nil, x)):totable()
      for p in link:params() do p:fill(0) end
      assert.same(before, select(3, call(copy, nil, nil, x)):totable())
    end)

    it("refuses what does not fit", function()
      local link = L[name](1, 2, 3, 0)
      local function refuses(text, ...)
        local arguments = { ... }
        assert.error_matches(function() call(link, unpack(arguments, 1, 3)) end, text, nil, true)
      end
      refuses(name .. ": xs has no sequences", nil, nil, {})
      refuses(name .. ": sequence 2 has shape 2, wanted steps x in", nil, nil,
        { dg.ones(1, 2), dg.ones(2) })
      refuses(name .. ": all sequences are empty", nil, nil, { dg.ones(0, 2) })
      refuses(name .. ": the state has shape 1x1x3, wanted", dg.zeros(1, 1, 3), nil,
        { dg.ones(1, 2), dg.ones(1, 2) })
      assert.error_matches(function() L[name](1, 2, 3) end, "dropout is a number", nil, true)
      assert.error_matches(function() L[name](0, 2, 3, 0) end, "n_layers is a positive integer",
        nil, true)
    end)
  end)
end
