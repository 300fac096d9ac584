local dg = require "dgraph"
local L = dg.links

local Pair = dg.Chain:extend("Pair")

function Pair:init(units)
  self.l1 = L.Linear(3, units)
  self.scale = dg.Parameter(2, { 1 })
  self.l2 = L.Linear(nil, 1)
end

function Pair:forward(x) return self.l2(self.l1(x)) * self.scale end

local function list(...)
  local items = {}
  for a, b in ... do items[#items + 1] = b ~= nil and { a, b } or a end
  return items
end

local function names(...)
  local items = {}
  for name in ... do items[#items + 1] = name end
  return items
end

describe("Link", function()
  it("registers layers and parameters that are assigned to its fields", function()
    local model = Pair(4)
    assert.same({ "/scale", "/l1/W", "/l1/b", "/l2/W", "/l2/b" }, names(model:namedparams()))
    assert.same({ "/scale", "/l1/W", "/l1/b", "/l2/b" }, names(model:namedparams(false)))
    assert.same({ "/", "/l1", "/l2" }, names(model:namedlinks()))
    assert.same({ "/l1", "/l2" }, names(model:namedlinks(true)))
    assert.same({ model.l1, model.l2 }, list(model:children()))
    assert.equal("l1", model.l1.name)
  end)

  it("finds layers and parameters in the table itself", function()
    local model = Pair(4)
    assert.equal(model.l1, rawget(model, "l1"))
    assert.equal(model.l1.W, rawget(model.l1, "W"))
  end)

  it("takes another layer in the place of one, or none", function()
    local model = Pair(4)
    local other = L.Linear(3, 7)
    model.l1 = other
    assert.same({ other, model.l2 }, list(model:children()))
    model.l1 = nil
    assert.same({ model.l2 }, list(model:children()))
    model.l1 = other
    assert.same({ "/", "/l1", "/l2" }, names(model:namedlinks()))
  end)

  it("keeps ordinary values, also false and nil", function()
    local model = Pair(4)
    model.units, model.flag = 4, false
    assert.equal(4, model.units)
    assert.is_false(model.flag)
    model.units = nil
    assert.is_nil(model.units)
    assert.is_nil(model.nothing)
  end)

  it("keeps a tensor that is assigned to a field alive", function()
    local model = Pair(4)
    model.state = false
    dg.scope(function()
      model.state = dg.tensor { 1, 2 } + 1
      model.other = dg.tensor { 3 }
    end)
    dg.scope(function() model.state = model.state + 1 end)
    assert.same({ { 3, 4 }, { 3 } }, { model.state:totable(), model.other:totable() })
  end)

  it("keeps parameters that are made in a scope", function()
    local model
    dg.scope(function() model = Pair(4) end)
    local y = model(dg.ones(2, 3))
    assert.same({ 2, 1 }, y.shape)
    assert.equal(4 * 3 + 4 + 1 + 4 + 1, (model:count_params()))
  end)

  it("refuses a layer with the name of a method", function()
    local model = Pair(4)
    assert.has_error(function() model.params = L.Linear(1, 1) end)
    assert.has_error(function() model.forward = L.Linear(1, 1) end)
  end)

  it("says when a class has no forward", function()
    local Empty = dg.Link:extend("Empty")
    assert.error_matches(function() Empty()() end, "Empty has no method forward")
  end)

  it("counts each number once, and the parameters without shape", function()
    local model = Pair(4)
    assert.same({ 1 + 12 + 4 + 1, 1 }, { model:count_params() })
    model(dg.ones(1, 3))
    assert.same({ 1 + 12 + 4 + 1 + 4, 0 }, { model:count_params() })
    model.tied = model.l1.W
    assert.same({ 22, 0 }, { model:count_params() })
    assert.equal(5, #list(model:params()))
    assert.equal(6, #names(model:namedparams()))
  end)

  it("clears and zeroes gradients", function()
    local model = Pair(4)
    model(dg.ones(1, 3)):backward()
    assert.same({ 4, 3 }, model.l1.W.grad.shape)
    model:cleargrads()
    for param in model:params() do assert.is_nil(param.grad) end
    model:zerograds()
    assert.same({ 0 }, model.scale.grad:totable())
  end)

  it("adds gradients and copies parameters of another one", function()
    local a, b = Pair(4), Pair(4)
    b(dg.ones(1, 3)):backward()
    a:copyparams(b)
    assert.same(b.l1.W:totable(), a.l1.W:totable())
    assert.same(b.l2.W:totable(), a.l2.W:totable())
    a:addgrads(b)
    a:addgrads(b)
    assert.same(b.scale.grad:item() * 2, a.scale.grad:item())
    assert.error_matches(function() a:copyparams(L.Linear(1, 1)) end, "has no parameter /")
  end)

  it("adds parameters and persistent values by name", function()
    local link = dg.Link()
    link:add_param("W", { 2, 2 }, 3)
    link:add_persistent("count", 0)
    link.mean = dg.tensor { 1, 2 }
    link:register_persistent("mean")
    assert.same({ { 3, 3 }, { 3, 3 } }, link.W:totable())
    local keys = {}
    link:serialize(dg.serializers.new_serializer(function(key, value)
      keys[#keys + 1] = key
      return value
    end))
    assert.same({ "W", "count", "mean" }, keys)
    assert.has_error(function() link:add_param("W", { 1 }) end)
  end)

  it("prints its layers and their sizes", function()
    assert.equal([[
Pair(
  (l1): Linear(in_size=3, out_size=4, nobias=false),
  (l2): Linear(in_size=?, out_size=1, nobias=false),
)]], tostring(Pair(4)))
    assert.equal("class Pair", tostring(Pair))
  end)

  describe("copy", function()
    it("shares the numbers, and has gradients of its own", function()
      local model = Pair(4)
      model(dg.ones(1, 3)):backward()
      local twin = model:copy()
      assert.is_nil(twin.l1.W.grad)
      twin.l1.W:copydata(dg.ones(4, 3))
      assert.same({ 1, 1, 1 }, model.l1.W:totable()[1])
      assert.same(names(model:namedparams()), names(twin:namedparams()))
      assert.not_equal(model.l1, twin.l1)
    end)

    it("has numbers of its own in the mode copy", function()
      local model = Pair(4)
      local twin = model:copy("copy")
      assert.same(model.l1.W:totable(), twin.l1.W:totable())
      twin.l1.W:copydata(dg.ones(4, 3))
      assert.not_same({ 1, 1, 1 }, model.l1.W:totable()[1])
    end)

    it("draws new numbers in the mode init", function()
      local model = Pair(4)
      local twin = model:copy("init")
      assert.not_same(model.l1.W:totable(), twin.l1.W:totable())
      assert.same({ 2 }, twin.scale:totable())
      assert.is_false(twin.l2.W.is_initialized)
    end)

    it("leaves what is shared inside shared", function()
      local model = Pair(4)
      model.again = model.l1
      local twin = model:copy("copy")
      assert.equal(twin.l1, twin.again)
    end)

    it("repeats", function()
      local chain = L.Linear(3, 3):repeat_(4)
      assert.equal(4, #chain)
      assert.not_same(chain[1].W:totable(), chain[2].W:totable())
      assert.same({ 2, 3 }, chain(dg.ones(2, 3)).shape)
    end)
  end)

  it("stops and takes up learning", function()
    local model = Pair(4)
    dg.optimizers.SGD():setup(model)
    assert.is_true(model.update_enabled)
    model:disable_update()
    assert.is_false(model.update_enabled)
    model.l1:enable_update()
    assert.is_true(model.update_enabled)
    assert.is_false(model.l2.update_enabled)
  end)
end)
