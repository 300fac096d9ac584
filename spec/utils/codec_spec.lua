local dg = require "dgraph"
local buffer = require "dgraph.utils.buffer"
local codec = require "dgraph.utils.codec"

describe("codec", function()
  local bytes = buffer.new(1000)

  local function there_and_back(...)
    codec.encode(bytes, 1000, ...)
    return codec.decode(bytes)
  end

  it("keeps numbers, strings, booleans, nil and tables", function()
    local values = { 1.5, -1 / 0, "a\0b", "", true, false, { 1, 2, x = { "y" } }, {} }
    assert.same(values, { there_and_back(unpack(values)) })
    assert.equal(3, select("#", there_and_back(nil, 1, nil)))
    assert.equal(0, select("#", there_and_back()))
  end)

  it("keeps tensors of any dtype and shape", function()
    for _, dtype in ipairs { "float32", "float64", "int32", "int64", "uint8", "bool" } do
      local x = dg.tensor({ { 1, 0, 1 }, { 0, 1, 1 } }, dtype)
      local y = there_and_back { x, x:transpose() }
      assert.same({ x:totable(), x:transpose():totable() }, { y[1]:totable(), y[2]:totable() })
      assert.same({ dtype, dtype }, { y[1].dtype, y[2].dtype })
    end
    assert.same({ {}, { 2, 0 } }, { there_and_back(dg.tensor(1)).shape,
      there_and_back(dg.zeros(2, 0)).shape })
  end)

  it("tells how much room it took, and refuses what does not fit", function()
    local size = codec.encode(bytes, 1000, "abc", { dg.zeros(3) })
    for room = 0, size - 1 do
      assert.has_error(function() codec.encode(bytes, room, "abc", { dg.zeros(3) }) end)
    end
    assert.equal(size, codec.encode(bytes, size, "abc", { dg.zeros(3) }))
  end)

  it("refuses functions and tables without end", function()
    assert.has_error(function() codec.encode(bytes, 1000, print) end,
      "a function cannot be sent to another process")
    local loop = {}
    loop[1] = loop
    assert.has_error(function() codec.encode(buffer.new(1e5), 1e5, loop) end,
      "a batch has tables in tables without end")
  end)
end)
