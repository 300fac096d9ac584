--- What only a real card can show. Without one it is skipped, and says why.
local dg = require "dgraph"
local settle = require "spec.support.settle"
local F, L = dg.F, dg.L

--- The losses of some steps of a classifier on the digits that come along.
local function losses(device, make)
  return dg.using_device(device, function()
    dg.seed(1)
    local train = dg.datasets.get_mnist { folder = "examples/data/mnist_subset" }
    local batches = dg.iterators.SerialIterator(train, 100)
    local model = L.Classifier(make())
    local optimizer = dg.optimizers.Adam():setup(model)
    local list = {}
    for i = 1, 60 do
      optimizer:update(function() return model(batches:next()) end)
      list[i] = model.loss:item()
    end
    return list
  end)
end

local function mlp()
  return dg.Sequential(L.Linear(784, 100), F.relu, L.Linear(100, 10))
end

local function lenet()
  local function pool(h) return F.max_pooling_2d(h, 2) end
  return dg.Sequential(function(x) return F.reshape(x, { -1, 1, 28, 28 }) end,
    L.Convolution2D(1, 6, 5), F.relu, pool, L.Linear(nil, 10))
end

describe("a card", function()
  local available, reason = dg.cuda.is_available()
  if not available then
    pending("is tried where there is one: " .. reason)
    return
  end

  it("has a name, and memory that comes back", function()
    assert.is_truthy(dg.cuda.device_name():find "compute capability")
    settle()
    local before = dg.memory("cuda").live
    dg.scope(function()
      local x = dg.randn({ 1000, 1000 }, { device = "cuda" })
      assert.is_true(dg.memory("cuda").live >= before + 4e6)
      return F.sum(x):item()
    end)
    assert.equal(before, dg.memory("cuda").live)
    dg.cuda.trim()
    assert.equal(0, dg.memory("cuda").cache)
  end)

  it("runs out of memory as an error, and goes on", function()
    dg.cuda.set_memory_limit(dg.memory("cuda").live + 1e6)
    local ok, message = pcall(dg.zeros, { 1000, 1000 }, { device = "cuda" })
    dg.cuda.set_memory_limit(nil)
    assert.is_false(ok)
    assert.is_truthy(message:find("out of memory on cuda:0", 1, true))
    assert.equal(3, F.sum(dg.ones({ 3 }, { device = "cuda" })):item())
  end)

  for name, make in pairs { mlp = mlp, lenet = lenet } do
    it("learns as the host does: " .. name, function()
      local here, there = losses("cpu", make), losses("cuda", make)
      for i = 1, #here do
        assert.is_true(math.abs(here[i] - there[i]) <= 1e-3 * math.max(1, math.abs(here[i])),
          ("step %d: %.9g on the host, %.9g on the card"):format(i, here[i], there[i]))
      end
      assert.is_true(there[60] < 0.7 * there[1])
    end)
  end

  it("gives a model back to the host", function()
    local model = mlp():to "cuda"
    local x = dg.randn(5, 784)
    local there = model(x:to "cuda"):to "cpu"
    local here = model:to_cpu()(x)
    assert.is_true(F.max(F.absolute(there - here)):item() < 1e-4)
  end)

  it("says that a tensor on the host was expected", function()
    local x = dg.ones({ 2 }, { device = "cuda" })
    assert.error_matches(function() return x + dg.ones(2) end,
      "add: input 2 is on cpu, input 1 on cuda:0", 1, true)
    assert.error_matches(function() return x:pointer() end, "the elements are on cuda:0", 1, true)
  end)
end)
