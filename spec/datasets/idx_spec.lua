local buffer = require "dgraph.utils.buffer"
local idx = require "dgraph.datasets.idx"

local function parse(text) return idx.parse(buffer.from_string(text)) end

describe("idx", function()
  local good = "\0\0\8\2\0\0\0\2\0\0\0\3abcdef"

  it("reads bytes of any shape", function()
    local array = assert(parse(good))
    assert.same({ { 2, 3 }, 6 }, { array.shape, array.count })
    assert.same({ 97, 102 }, { array.data[0], array.data[5] })
    assert.same({ 0, 7 }, assert(parse "\0\0\8\2\0\0\0\0\0\0\0\7").shape)
  end)

  it("refuses a file of every other length", function()
    for size = 0, #good - 1 do assert.is_nil((parse(good:sub(1, size)))) end
    assert.is_nil((parse(good .. "x")))
  end)

  it("refuses headers that lie", function()
    for _, text in ipairs { "\1" .. good:sub(2), "\0\1" .. good:sub(3),
      "\0\0\8\0", "\0\0\8\9" .. ("\0\0\0\1"):rep(9) .. "x",
      "\0\0\8\2" .. ("\255"):rep(8) .. "abcdef",
      "\0\0\8\4" .. ("\0\1\0\0"):rep(4), "\0\0\8\2\128\0\0\0\0\0\0\2" } do
      assert.is_nil((parse(text)))
    end
    assert.same({ nil, "idx: only bytes are read, not type 0x0d" },
      { parse("\0\0\13\1\0\0\0\1abcd") })
  end)
end)
