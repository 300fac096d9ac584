local dg = require "dgraph"
local dataset = require "dgraph.dataset"
local concat_examples, to_device = dataset.concat_examples, dataset.to_device

local function refused(f, pattern)
  local done, message = pcall(f)
  assert.is_false(done)
  assert.matches("^spec/dataset/concat_spec.lua:%d+: ", message)
  assert.matches(pattern, message)
end

describe("concat_examples", function()
  it("puts tensors of one shape under each other, with their dtype", function()
    for _, dtype in ipairs { "float32", "float64", "int32", "uint8" } do
      local batch = concat_examples { dg.tensor({ 1, 2 }, dtype), dg.tensor({ 3, 4 }, dtype) }
      assert.same({ { 1, 2 }, { 3, 4 } }, batch:totable())
      assert.equal(dtype, batch.dtype)
    end
    assert.same({ 2 }, concat_examples { dg.tensor(1), dg.tensor(2) }.shape)
    assert.same({ 2, 0 }, concat_examples { dg.zeros(0), dg.zeros(0) }.shape)
    local turned = dg.tensor({ { 1, 2 }, { 3, 4 } }):transpose()
    assert.same({ { { 1, 3 }, { 2, 4 } } }, concat_examples { turned }:totable())
  end)

  it("gives one result for each part of examples that are arrays", function()
    local x, t, name = concat_examples { { dg.tensor { 1 }, 5, "a" }, { dg.tensor { 2 }, 6, "b" } }
    assert.same({ { { 1 }, { 2 } }, { 5, 6 }, { "a", "b" } }, { x:totable(), t:totable(), name })
    assert.equal("float32", t.dtype)
  end)

  it("gives a table for examples with named parts", function()
    local batch = concat_examples { { x = dg.tensor { 1 }, t = true },
      { x = dg.tensor { 2 }, t = false } }
    assert.same({ { 1 }, { 2 } }, batch.x:totable())
    assert.same({ "bool", { true, false } }, { batch.t.dtype, batch.t:totable() })
  end)

  it("fills up smaller tensors when there is padding", function()
    local a, b = dg.tensor({ { 1, 2, 3 } }, "int32"), dg.tensor({ { 4 }, { 5 } }, "int32")
    local batch = concat_examples({ a, b }, nil, -1)
    assert.same({ { { 1, 2, 3 }, { -1, -1, -1 } }, { { 4, -1, -1 }, { 5, -1, -1 } } },
      batch:totable())
    assert.equal("int32", batch.dtype)
    assert.same({ { 0, 0 }, { 1, 2 } }, concat_examples({ dg.zeros(0), dg.tensor { 1, 2 } }, nil,
      0):totable())
  end)

  it("takes a padding for each part", function()
    local one, two = dg.tensor { 1 }, dg.tensor { 1, 2 }
    local x, t = concat_examples({ { one, one }, { two, two } }, nil, { 7, 8 })
    assert.same({ { { 1, 7 }, { 1, 2 } }, { { 1, 8 }, { 1, 2 } } }, { x:totable(), t:totable() })
    local named = concat_examples({ { x = one }, { x = two } }, nil, { x = 9 })
    assert.same({ { 1, 9 }, { 1, 2 } }, named.x:totable())
    refused(function() concat_examples({ { one, one }, { two, two } }, nil, { 7 }) end,
      "shape %(1%), example 2 %(2%)")
  end)

  it("puts the tensors on a device", function()
    local x, name = concat_examples({ { dg.tensor { 1 }, "a" } }, "cpu")
    assert.same({ "cpu", { "a" } }, { x.device, name })
    refused(function() concat_examples({ dg.tensor { 1 } }, "nowhere") end, "nowhere")
  end)

  it("refuses what does not fit together", function()
    local one, two = dg.tensor { 1 }, dg.tensor { 1, 2 }
    refused(function() concat_examples {} end, "one example or more")
    refused(function() concat_examples { one, two } end, "padding would fill up")
    refused(function() concat_examples({ one, dg.zeros(1, 1) }, nil, 0) end, "%(1, 1%)")
    refused(function() concat_examples { one, dg.tensor({ 1 }, "int32") } end, "int32")
    refused(function() concat_examples { one, 3 } end, "example 2 is a number")
    refused(function() concat_examples { { one, 1 }, { one } } end, "example 2 does not have")
    refused(function() concat_examples { { one }, { one, 2 } } end, "example 2 does not have")
    refused(function() concat_examples { { x = one }, { y = one } } end, "example 2 does not have")
  end)
end)

describe("to_device", function()
  it("moves tensors in tables and lets the rest through", function()
    local x = dg.tensor { 1 }
    local moved = to_device("cpu", { x, name = "a", inner = { x } })
    assert.same({ "cpu", "a", { 1 } }, { moved[1].device, moved.name, moved.inner[1]:totable() })
    assert.equal(3, to_device("cpu", 3))
    assert.equal(x, to_device(nil, x))
  end)
end)
