--- The defaults that are easy to get wrong, one after the other as the inventory of the project
--- lists them. Each is tried against what another choice would give.
local dg = require "dgraph"

local F, L = dg.F, dg.links
local close = dg.gradient_check.assert_allclose

local function double(t) return dg.tensor(t, "float64") end
local function labels(t) return dg.tensor(t, "int32") end

--- Each of some results is the first one's equal.
local function same(wanted, ...)
  for _, y in ipairs { ... } do assert.same(wanted:totable(), y:totable()) end
end

local cube = dg.random.normal(0, 1, { 2, 3, 4 }, { dtype = "float64" })
local x = double { { 1, -2, 0.5 }, { 3, 0, -1 } }

describe("defaults: the axis", function()
  it("of softmax and log_softmax is the second", function()
    same(F.softmax(cube, 2), F.softmax(cube))
    same(F.log_softmax(cube, 2), F.log_softmax(cube))
  end)

  it("of concat is the second, that of stack the first", function()
    assert.same({ 2, 6, 4 }, F.concat({ cube, cube }).shape)
    assert.same({ 2, 2, 3, 4 }, F.stack({ cube, cube }).shape)
    assert.same(0, F.absolute(F.stack({ cube, cube })[1] - cube):sum():item())
  end)

  it("from which scale and bias go is the second", function()
    local y = double { 1, 2, 3 }
    same(F.scale(cube, y, 2), F.scale(cube, y))
    same(F.bias(cube, y, 2), F.bias(cube, y))
    same(cube * y:reshape(1, 3, 1), F.scale(cube, y))
    same(cube + y:reshape(1, 3, 1), F.bias(cube, y))
  end)

  it("of normalize is the second, with 1e-5 added to the norm", function()
    local y = cube / (F.sqrt(F.sum(F.square(cube), 2, true)) + 1e-5)
    close(F.normalize(cube), F.broadcast_to(y, cube.shape), 1e-12, 1e-12)
  end)
end)

describe("defaults: windows", function()
  it("of max pooling cover all, those of average pooling and convolutions do not", function()
    local image = dg.ones(1, 1, 5, 5)
    assert.same({ 1, 1, 3, 3 }, F.max_pooling_2d(image, 2).shape)
    assert.same({ 1, 1, 2, 2 }, F.average_pooling_2d(image, 2).shape)
    assert.same({ 1, 1, 2, 2 }, F.convolution_2d(image, dg.ones(1, 1, 2, 2), nil, 2).shape)
  end)

  it("of pooling go on by their size", function()
    local image = dg.arange(36):reshape(1, 1, 6, 6)
    for _, pool in ipairs { F.max_pooling_2d, F.average_pooling_2d, F.unpooling_2d } do
      same(pool(image, 3, 3), pool(image, 3))
      same(pool(image, { 2, 3 }, { 2, 3 }), pool(image, { 2, 3 }))
    end
  end)

  it("of convolutions have a stride of 1 and no padding, on batch x channels x height x width",
    function()
      local image, W = dg.randn(2, 4, 5, 6), dg.randn(6, 2, 3, 2) -- filters x channels of a group
      local y = F.convolution_2d(image, W, { groups = 2 })
      same(F.convolution_2d(image, W, nil, 1, 0, false, 1, 2), y)
      assert.same({ 2, 6, 3, 5 }, y.shape)
      assert.same({ 8, 4, 3, 3 }, L.Convolution2D(4, 8, 3).W.shape)
    end)
end)

describe("defaults: activations and noise", function()
  it("leaky_relu has the slope 0.2, clipped_relu the limit 20, elu the alpha 1", function()
    same(double { -0.4, 3 }, F.leaky_relu(double { -2, 3 }))
    same(double { 0, 19, 20, 20 }, F.clipped_relu(double { -1, 19, 20, 50 }))
    close(F.elu(double { -2, 3 }), double { math.exp(-2) - 1, 3 }, 1e-15, 1e-15)
  end)

  it("dropout takes half, and doubles the others; while training alone", function()
    dg.seed(1)
    local ones = dg.ones(2000)
    local y = F.dropout(ones)
    assert.equal(2000, (y:eq(0):sum() + y:eq(2):sum()):item())
    assert.near(1000, y:eq(0):sum():item(), 100)
    same(ones, dg.test_mode(F.dropout, ones))
  end)
end)

describe("defaults: normalizations", function()
  it("batch_normalization adds 2e-5, and keeps 0.9 of the averages", function()
    local mean, var = double { 1, 1, 1 }, double { 1, 1, 1 }
    local gamma, beta = double { 1, 1, 1 }, double { 0, 0, 0 }
    local y = F.batch_normalization(x, gamma, beta, { running_mean = mean, running_var = var })
    local m, d = F.mean(x, 1), F.square(x - F.mean(x, 1, true))
    close(y, (x - m) / F.sqrt(F.mean(d, 1) + 2e-5), 1e-12, 1e-12)
    close(mean, m * 0.1 + 0.9, 1e-12, 1e-12)
    close(var, F.sum(d, 1) * 0.1 + 0.9, 1e-12, 1e-12) -- the variance of a sample, over n - 1 = 1
    close(F.fixed_batch_normalization(x, gamma, beta, m, F.mean(d, 1)), y, 1e-12, 1e-12)
    local link = L.BatchNormalization(3)
    assert.same({ 2e-5, 0.9 }, { link.eps, link.decay })
  end)

  it("layer_normalization adds 1e-5, the link 1e-6", function()
    local d = x - F.mean(x, 2, true)
    local y = d / F.sqrt(F.mean(F.square(d), 2, true) + 1e-5)
    close(F.layer_normalization(x, double { 1, 1, 1 }, double { 0, 0, 0 }), y, 1e-12, 1e-12)
    assert.equal(1e-6, L.LayerNormalization(3).eps)
  end)

  it("local_response_normalization has n 5, k 2, alpha 1e-4, beta 0.75", function()
    local channels = dg.random.normal(0, 9, { 2, 7 }, { dtype = "float64" })
    same(F.local_response_normalization(channels, 5, 2, 1e-4, 0.75),
      F.local_response_normalization(channels))
    local three = double { { 1, 2, 3 } }
    close(F.local_response_normalization(three), three * (2 + 1e-4 * 14) ^ -0.75, 1e-14, 1e-14)
  end)
end)

describe("defaults: losses and measures", function()
  it("huber_loss sums along the second axis", function()
    same(double { 0.5 + 1.5 + 0.125, 2.5 + 0 + 0.5 }, F.huber_loss(x, x * 0, 1))
  end)

  it("hinge has the norm L1 and the mean over the rows", function()
    same(F.hinge(x, labels { 1, 3 }, "L1", "mean"), F.hinge(x, labels { 1, 3 }))
    assert.near(8.5 / 2, F.hinge(x, labels { 1, 3 }):item(), 1e-14)
  end)

  it("softmax_cross_entropy ignores -1, divides by the others, takes soft targets", function()
    local y = -F.log_softmax(x)
    assert.near(y[{ 1, 2 }]:item(), F.softmax_cross_entropy(x, labels { 2, -1 }):item(), 1e-14)
    assert.near(y[{ 1, 2 }]:item() / 2,
      F.softmax_cross_entropy(x, labels { 2, -1 }, { normalize = false }):item(), 1e-14)
    local soft = double { { 0.5, 0.25, 0.25 }, { 0, 1, 0 } }
    assert.near(F.sum(y * soft):item() / 2, F.softmax_cross_entropy(x, soft):item(), 1e-14)
  end)

  it("softmax_cross_entropy has second derivatives, asked for or not", function()
    for _, option in ipairs { false, true } do
      local leaf = dg.Variable(x, { dtype = "float64" })
      local y = F.softmax_cross_entropy(leaf, labels { 1, 3 }, { enable_double_backprop = option })
      local gs = dg.grad({ y }, { leaf }, nil, { enable_double_backprop = true })
      F.square(gs[1]):sum():backward()
      assert.is_true(F.absolute(leaf.grad):sum():item() > 0)
    end
  end)

  it("sigmoid_cross_entropy ignores -1", function()
    local y = F.softplus(x) -- of the target 0
    assert.near((y[{ 1, 1 }]:item() + y[{ 2, 3 }]:item()) / 2,
      F.sigmoid_cross_entropy(x, labels { { 0, -1, -1 }, { -1, -1, 0 } }):item(), 1e-14)
  end)

  it("mean_squared_error is the mean over all elements", function()
    assert.near(F.sum(F.square(x)):item() / 6, F.mean_squared_error(x, x * 0):item(), 1e-14)
  end)

  it("accuracy ignores no label: -1 is none of the classes", function()
    assert.equal(0.5, F.accuracy(x, labels { 1, 3 }):item())
    assert.has_error(function() F.accuracy(x, labels { 1, -1 }) end)
  end)
end)

describe("defaults: layers", function()
  it("linear has weights out x in, and flattens what is behind the first axis", function()
    local W = dg.random.normal(0, 1, { 5, 12 }, { dtype = "float64" })
    same(F.matmul(cube:reshape(2, 12), F.transpose(W)), F.linear(cube, W))
    same(F.linear(cube, W, nil, 1), F.linear(cube, W))
    assert.same({ 5, 12 }, L.Linear(12, 5).W.shape)
  end)

  it("weights are LeCun's normal numbers, biases 0", function()
    dg.seed(2)
    for _, link in ipairs { L.Linear(100, 200), L.Convolution2D(25, 100, 2) } do
      local W = link.W:reshape(-1)
      local fan = W.size / link.W.shape[1]
      assert.near(1 / math.sqrt(fan), F.std(W):item(), 0.005)
      assert.is_true(F.max(F.absolute(W)):item() > 3 / math.sqrt(fan)) -- not uniform
      assert.equal(0, F.absolute(link.b):sum():item())
    end
  end)

  it("EmbedID has normal numbers of deviation 1, and ignores nothing", function()
    dg.seed(3)
    local link = L.EmbedID(100, 100)
    assert.near(1, F.std(link.W):item(), 0.03)
    assert.is_nil(link.ignore_label)
  end)

  it("LSTM has 1 for the bias of its forget gate, 0 for the others", function()
    local link = L.LSTM(2, 3)
    local b = link.upward.b:reshape(3, 4):transpose():totable() -- a, i, f, o of each unit
    assert.same({ { 0, 0, 0 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 } }, b)
  end)
end)
