local dg = require "dgraph"

local F, L = dg.F, dg.L

local LeNet = dg.Chain:extend "LeNet"

function LeNet:init()
  self.conv1 = L.Convolution2D(nil, 6, 5, { pad = 2 })
  self.conv2 = L.Convolution2D(nil, 16, 5)
  self.fc1 = L.Linear(120)
  self.fc2 = L.Linear(84)
  self.fc3 = L.Linear(10)
end

function LeNet:forward(x)
  local h = F.max_pooling_2d(F.relu(self.conv1(x)), 2)
  h = F.max_pooling_2d(F.relu(self.conv2(h)), 2)
  return self.fc3(F.relu(self.fc2(F.relu(self.fc1(h)))))
end

describe("model:summary", function()
  it("tells of LeNet", function()
    local model = LeNet()
    local summary = model:summary(dg.zeros(16, 1, 28, 28))
    assert.equal([[
layer                   output               parameters     bytes   FLOPs
LeNet                   16x10                                       205 K
  conv1: Convolution2D  16x6x28x28                  156     624 B  3.84 M
  conv2: Convolution2D  16x16x10x10               2,416    9.4 KB  7.71 M
  fc1: Linear           16x120                   48,120  188.0 KB  1.54 M
  fc2: Linear           16x84                    10,164   39.7 KB   324 K
  fc3: Linear           16x10                       850    3.3 KB    27 K
-------------------------------------------------------------------------
total                   912.6 KB of results      61,706  241.0 KB  13.6 M]], tostring(summary))
    local conv1 = 16 * 6 * 28 * 28 * (2 * 25 + 1)
    assert.equal(conv1, summary.rows[2].flops)
    assert.equal(16 * 84 * (2 * 120 + 1), summary.rows[5].flops)
    assert.equal(16 * (2 * 6 * 28 * 28 + 2 * 16 * 10 * 10 + 120 + 84), summary.rows[1].flops)
    assert.is_false(model.conv1.W.is_initialized)
    model(dg.zeros(16, 1, 28, 28))
    assert.equal(model:count_params(), summary.parameters)
  end)

  it("tells of a multilayer perceptron", function()
    local summary = dg.Sequential(L.Linear(784, 100), F.relu, L.Linear(100, 10))
      :summary(dg.zeros(32, 784))
    assert.equal([[
layer        output              parameters     bytes   FLOPs
Sequential   32x10                                      3.2 K
  0: Linear  32x100                  78,500  306.6 KB  5.02 M
  1: Linear  32x10                    1,010    3.9 KB  64.3 K
-------------------------------------------------------------
total        26.3 KB of results      79,510  310.6 KB  5.09 M]], tostring(summary))
    assert.equal(32 * 100 * (2 * 784 + 1), summary.rows[2].flops)
    assert.equal(32 * (100 + 100 + 10) * 4, summary.result_bytes)
  end)

  it("tells of an LSTM, without making a step of it", function()
    local model = dg.Sequential(L.EmbedID(100, 32), L.LSTM(32, 64), L.Linear(64, 100))
    local ids = dg.ones(8, "int32")
    local summary = model:summary(ids)
    assert.equal([[
layer                output              parameters     bytes   FLOPs
Sequential           8x100
  0: EmbedID         8x32                     3,200   12.5 KB
  1: LSTM            8x64                                      4.61 K
    upward: Linear   8x256                    8,448   33.0 KB   133 K
    lateral: Linear                          16,384   64.0 KB
  2: Linear          8x100                    6,500   25.4 KB   103 K
---------------------------------------------------------------------
total                16.1 KB of results      34,532  134.9 KB   241 K]], tostring(summary))
    assert.is_nil(model[2].h)
    model(ids)
    local h = model[2].h:totable()
    local second = model:summary(ids)
    assert.equal(8 * 256 * 64 * 2, second.rows[5].flops)
    assert.same(h, model[2].h:totable())
  end)

  it("counts a layer once that has two places, and several calls of one", function()
    local shared = L.Linear(4, 4)
    local summary = dg.Sequential(shared, F.relu, shared):summary(dg.zeros(2, 4))
    assert.equal(20, summary.parameters)
    assert.same({ 2, 2 * (2 * 4 * (2 * 4 + 1)) }, { summary.rows[2].calls, summary.rows[2].flops })
    assert.matches("0: Linear +2x4 %(2 calls%) +20 +80 B +144\n  1: Linear %(the same as above%)\n",
      tostring(summary))
  end)

  it("describes lists and several results", function()
    local summary = L.NStepLSTM(2, 8, 16, 0.1):summary(nil, nil, { dg.zeros(4, 8), dg.zeros(3, 8) })
    assert.equal("2x2x16, 2x2x16, 2 of 4x16 ...", summary.rows[1].output)
    local rows, units = 7, 16
    local product = function(n) return rows * 4 * units * (2 * n + 1) end
    local recurrent = rows * (8 * units ^ 2 + 13 * units)
    local biases = 4 * units
    assert.equal(product(8) + product(units) + 2 * recurrent + 2 * biases, summary.flops)
  end)

  it("leaves random numbers, state and modes alone", function()
    local model = dg.Sequential(L.Linear(nil, 3), L.BatchNormalization(3), F.dropout)
    dg.seed(3)
    local first = dg.rand(2):totable()
    dg.seed(3)
    model:summary(dg.ones(2, 5))
    assert.same(first, dg.rand(2):totable())
    assert.is_true(dg.config.train and dg.config.enable_backprop)
    assert.same({ 0, 0, 0 }, model[2].avg_mean:totable())
    local before = dg.memory().tensors
    model:summary(dg.ones(2, 5))
    collectgarbage() collectgarbage()
    assert.is_true(dg.memory().tensors <= before + 2)
    assert.has_error(function() model:summary(dg.ones(2, 5, 4), 7) end)
    assert.is_true(dg.config.train)
  end)
end)

describe("dgraph.flops", function()
  local flops = require "dgraph.flops"

  --- The operations and the bytes of results that f takes.
  local function of(f)
    local count, bytes = 0, 0
    dg.using_hook({ forward_postprocess = function(_, fn)
      count, bytes = count + flops.of(fn), bytes + flops.bytes(fn)
    end }, f)
    return { count, bytes }
  end

  it("counts products by what is summed over", function()
    local a, b = dg.zeros(2, 3, 5), dg.zeros(5, 7)
    assert.same({ 2 * (2 * 3 * 7) * 5, 168 }, of(function() F.matmul(a, b) end))
    assert.same({ 2 * 5, 4 }, of(function() F.matmul(dg.zeros(5), dg.zeros(5)) end))
    local W7 = dg.zeros(7, 5)
    assert.same({ 3 * 7 * (2 * 5), 84 }, of(function() F.linear(dg.zeros(3, 5), W7) end))
    local W = dg.zeros(3, 4, 2, 2)
    assert.same({ 2 * 75 * W.size / 3 + 100 * 4, 100 * 4 * 4 }, of(function()
      F.deconvolution_2d(dg.zeros(1, 3, 5, 5), W, dg.zeros(4), 2)
    end))
    local q, k = dg.zeros(2, 3, 4, 8), dg.zeros(2, 3, 5, 8)
    assert.equal(2 * 3 * (2 * 4 * 5 * 8 * 2 + 5 * 4 * 5),
      of(function() F.scaled_dot_product_attention(q, k, k) end)[1])
  end)

  it("counts elements, views as nothing", function()
    local x = dg.ones(4, 6)
    assert.same({ 24, 96 }, of(function() return x + 1 end))
    assert.same({ 24, 96 }, of(function() return F.tanh(x) end))
    assert.same({ 24, 4 }, of(function() return F.sum(x) end))
    assert.same({ 120, 96 }, of(function() return F.softmax(x) end))
    assert.same({ 0, 0 }, of(function() return x:reshape(6, 4):transpose() end))
    assert.same({ 0, 96 }, of(function() return x:copy() end))
    local matrices = dg.ones(2, 3, 3) * 0 + dg.eye(3)
    assert.same({ 2 * 2 * 27, 72 }, of(function() return F.inv(matrices) end))
  end)
end)
