local dg = require "dgraph"
local F, L = dg.functions, dg.links

local function names(...)
  local items = {}
  for name in ... do items[#items + 1] = name end
  return items
end

describe("Chain", function()
  it("takes layers by name", function()
    local model = dg.Chain { l2 = L.Linear(3, 1), l1 = L.Linear(2, 3) }
    assert.same({ "/l1/W", "/l1/b", "/l2/W", "/l2/b" }, names(model:namedparams()))
    assert.same({ 5, 1 }, model.l2(model.l1(dg.ones(5, 2))).shape)
    assert.has_error(function() dg.Chain { l1 = 3 } end)
  end)
end)

describe("ChainList", function()
  it("numbers layers from 1, and from 0 in files", function()
    local a, b, c = L.Linear(2, 3), L.Linear(3, 1), L.Linear(1, 1)
    local model = dg.ChainList(a, b)
    assert.same({ 2, a, b }, { #model, model[1], model[2] })
    assert.same({ "/0/W", "/0/b", "/1/W", "/1/b" }, names(model:namedparams()))
    model[3] = c
    model:insert(1, c)
    assert.same({ 4, c, c }, { #model, model[1], model[4] })
    assert.equal(c, model:remove(1))
    assert.equal(c, model:remove())
    assert.equal(2, #model)
    local seen = {}
    for i, layer in ipairs(model) do seen[i] = layer end
    assert.same({ a, b }, seen)
  end)

  it("has named layers too", function()
    local model = dg.ChainList(L.Linear(2, 3))
    model.last = L.Linear(3, 1)
    assert.same({ "/last/W", "/last/b", "/0/W", "/0/b" }, names(model:namedparams()))
  end)

  it("refuses what is no layer, and holes", function()
    local model = dg.ChainList()
    assert.has_error(function() model:append(3) end)
    assert.has_error(function() model[1] = F.relu end)
    assert.has_error(function() model[2] = L.Linear(1, 1) end)
  end)
end)

describe("The list of a ChainList", function()
  local a, b, c = L.Linear(2, 2), L.Linear(2, 2), L.Linear(2, 2)
  local function list(model) return { unpack(model, 1, #model) } end

  it("gives items back by number, from either end, or by themselves", function()
    local model = dg.ChainList(a, b, c, b)
    assert.equal(b, model:pop())
    assert.equal(a, model:pop(-3))
    assert.equal(c, model:remove(c))
    assert.same({ b }, list(model))
    assert.error_matches(function() model:remove(2) end, "^ChainList: no item 2 among 1")
    assert.error_matches(function() model:remove(0) end, "no item 0 among 1")
    assert.error_matches(function() model:remove(-2) end, "no item %-2 among 1")
    assert.error_matches(function() model:remove(1.5) end, "no item 1.5 among 1")
    assert.error_matches(function() model:remove(a) end, "^ChainList: it has no such item")
    assert.error_matches(function() dg.ChainList():pop() end, "no item is among 0")
    local _, message = pcall(function() model:index(a) end)
    assert.matches("^spec/chain_list_spec.lua:%d+: ChainList", message)
  end)

  it("tells where an item is, and how often", function()
    local model = dg.ChainList(a, b, a)
    assert.same({ 1, 2 }, { model:index(a), model:index(b) })
    assert.same({ 2, 1, 0 }, { model:count(a), model:count(b), model:count(c) })
    assert.error_matches(function() model:index(c) end, "it has no such item")
  end)

  it("is turned round and emptied, which optimizers notice", function()
    local model = dg.ChainList(a, b, c)
    local optimizer = dg.optimizers.SGD(1):setup(model)
    assert.same({ c, b, a }, list(model:reverse()))
    assert.same({ b, c }, list(dg.ChainList(c, b):reverse()))
    assert.equal(0, #dg.ChainList():reverse())
    assert.equal(0, #model:clear())
    assert.same({}, names(model:params()))
    a.W.grad = dg.ones(2, 2)
    local before = a.W:totable()
    optimizer:update()
    assert.same(before, a.W:totable())
    a:cleargrads()
    model:append(b)
    assert.same({ "/0/W", "/0/b" }, names(model:namedparams()))
  end)
end)

describe("Sequential", function()
  it("passes what one layer returns to the next", function()
    local model = dg.Sequential(L.Linear(4, 3), F.relu, L.Linear(3, 2))
    local x = dg.randn(5, 4)
    assert.same(model[3](F.relu(model[1](x))):totable(), model(x):totable())
    assert.same({ "/0/W", "/0/b", "/1/W", "/1/b" }, names(model:namedparams()))
  end)

  it("passes several values on", function()
    local function swap(a, b) return b, a end
    local function add(a, b) return a + 2 * b end
    assert.equal(7, dg.Sequential(swap, add)(3, 1) + 0)
    assert.equal(5, dg.Sequential(function(x) return x, 1 end, swap, add)(2))
    assert.same({ 1, 2 }, { dg.Sequential()(1, 2) })
  end)

  it("dissolves sequences inside it", function()
    local inner = dg.Sequential(L.Linear(2, 2), F.tanh)
    local model = dg.Sequential(inner, L.Linear(2, 1)):flatten()
    assert.same({ 3, inner[1] }, { #model, model[1] })
  end)

  it("counts and takes out items of a kind", function()
    local Own = L.Linear:extend "Own"
    local model = dg.Sequential(L.Linear(2, 2), F.relu, Own(2, 2), F.relu, F.tanh,
      function(x) return x end, dg.Sequential(F.relu))
    assert.same({ 1, 1, 2, 1, 1, 0 }, { model:count_by_layer_type "Linear",
      model:count_by_layer_type "Own", model:count_by_layer_type "relu",
      model:count_by_layer_type "tanh", model:count_by_layer_type "Sequential",
      model:count_by_layer_type "sigmoid" })
    assert.equal(model, model:remove_by_layer_type "relu")
    assert.equal(5, #model)
    assert.same({ 0, 1 }, { model:count_by_layer_type "relu", model:count_by_layer_type "Linear" })
    assert.equal(1, model:index(model[1]))
    assert.equal(1, model:count(F.tanh))
    assert.error_matches(function() model:remove_by_layer_type(F.relu) end,
      "^remove_by_layer_type: wanted the name of a class or function, got a function")
    assert.error_matches(function() model:count_by_layer_type() end,
      "count_by_layer_type: wanted the name")
  end)

  it("is saved without its functions", function()
    local keys = {}
    local function note(key, value)
      keys[#keys + 1] = key
      return value
    end
    dg.Sequential(F.relu, L.Linear(2, 2)):serialize(dg.serializers.new_serializer(note))
    assert.same({ "0/W", "0/b" }, keys)
  end)
end)
