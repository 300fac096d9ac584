local dg = require "dgraph"
local L = dg.links

describe("EmbedID", function()
  it("gives the rows of its table, counted from 1", function()
    local link = L.EmbedID(3, 2, { initialW = { { 1, 2 }, { 3, 4 }, { 5, 6 } } })
    local y = link(dg.tensor({ { 1, 3 }, { 2, 2 } }, "int32"))
    assert.same({ { { 1, 2 }, { 5, 6 } }, { { 3, 4 }, { 3, 4 } } }, y:totable())
  end)

  it("learns only the rows that were used", function()
    local link = L.EmbedID(3, 2)
    dg.F.sum(link(dg.tensor({ 2, 2 }, "int32"))):backward()
    assert.same({ { 0, 0 }, { 2, 2 }, { 0, 0 } }, link.W.grad:totable())
  end)

  it("has a gradient of rows, unless told not to", function()
    local ids = dg.tensor({ 2, 2 }, "int32")
    for _, case in ipairs { { true }, { true, {} }, { false, { sparse = false } } } do
      local link = L.EmbedID(3, 2, case[2])
      assert.equal(case[1], link.sparse)
      link(ids):sum():backward()
      assert.equal(case[1], link.W:grad_rows() ~= nil)
    end
    assert.is_false(L.EmbedID(3, 2, 1, -1, false).sparse)
  end)

  it("gives zeros for the label that is to be ignored", function()
    local link = L.EmbedID(3, 2, { ignore_label = -1 })
    local y = link(dg.tensor({ -1, 2 }, "int32"))
    assert.same({ 0, 0 }, y:totable()[1])
    assert.not_same({ 0, 0 }, y:totable()[2])
  end)

  it("starts with a standard deviation of 1", function()
    dg.seed(1)
    local W, square = L.EmbedID(100, 50).W:totable(), 0
    for _, row in ipairs(W) do
      for _, w in ipairs(row) do square = square + w * w end
    end
    assert.near(1, square / 5000, 0.1)
  end)
end)

describe("Embedding", function()
  it("is another name of EmbedID", function() assert.equal(L.EmbedID, L.Embedding) end)
end)
