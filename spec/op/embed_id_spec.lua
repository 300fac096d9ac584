local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local IDS = {
  ["a list"] = dg.tensor({ 3, 1, 3 }, "int32"),
  ["a table"] = dg.tensor({ { 1, 2 }, { 2, 2 } }, "int64"),
  ["one"] = dg.tensor(2, "uint8"), ["none"] = dg.zeros({ 0 }, "int32"),
}

for name, ids in pairs(IDS) do
  op_case("embed_id of " .. name, {
    f = function(W) return F.embed_id(ids, W) end,
    inputs = function(r) return { r(-2, 2, { 3, 4 }) } end,
    shapes = { {} },
    layouts = { { { 3, 0 } } },
    bad_shapes = { { { 3 } } },
    elementwise = false,
    nan = "some",
    error_name = "embed_id",
  })
end

op_case("embed_id of one row", {
  f = function(W) return F.embed_id(dg.ones({ 1 }, "int32"), W) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 3 }, { 1, 1 } },
  elementwise = false,
  nan = "some",
})

op_case("embed_id that ignores", {
  f = function(W) return F.embed_id(dg.tensor({ 2, -1, 1 }, "int32"), W, -1) end,
  inputs = function(r) return { r(-2, 2, { 3, 4 }) } end,
  known = { { { { 1, 2 }, { 3, 4 } }, { { 3, 4 }, { 0, 0 }, { 1, 2 } } } },
  shapes = { {} },
  elementwise = false,
  nan = "some",
  error_name = "embed_id",
})

describe("embed_id", function()
  it("adds up the gradients of equal ids", function()
    local W = dg.Variable { { 1, 2 }, { 3, 4 } }
    F.embed_id(dg.tensor({ 1, 1, 2, 1 }, "int32"), W):sum():backward()
    assert.same({ { 3, 3 }, { 1, 1 } }, W.grad:totable())
  end)

  it("refuses ids that are not there", function()
    local W = dg.zeros(3, 2)
    assert.error_matches(function() F.embed_id(dg.tensor({ 1, 4 }, "int32"), W) end,
      "embed_id: label 4 %(element 2%) is not one of 1 to 3")
    assert.error_matches(function() F.embed_id(dg.tensor({ -1 }, "int64"), W) end, "label %-1")
    local far = 0x4000000000000000LL
    for _, id in ipairs { 0, -1, 4, far, -far } do
      local text = tostring(id):gsub("LL", "")
      local function refused(element, ids)
        assert.error_matches(function() F.embed_id(dg.tensor(ids, "int64"), W) end,
          ("label %s (element %d) is not one"):format(text, element):gsub("%p", "%%%0"))
      end
      refused(1, { id, 2, 5 })
      refused(3, { 1, 3, id })
    end
    assert.error_matches(function() F.embed_id(dg.zeros(2), W) end,
      "embed_id: wanted int32, int64 or uint8 labels, got float32")
    assert.error_matches(function() F.embed_id(dg.tensor({ 1 }, "int32"), dg.zeros(3)) end,
      "embed_id: W has shape 3, wanted a matrix")
  end)
end)
