local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"

describe("buffer", function()
  it("allocates, and says when it cannot", function()
    local bytes = buffer.new(100)
    bytes[99] = 7
    buffer.free(bytes)
    buffer.free(nil)
    for _, size in ipairs { 2 ^ 46, 2 ^ 63, math.huge, 0 / 0 } do
      local nothing, message = buffer.new(size)
      assert.is_nil(nothing)
      assert.matches("^out of memory", message)
    end
  end)

  it("reads little-endian numbers, and spells them", function()
    local bytes, size = buffer.from_string("\1\2\3\4\5\6\7\0")
    assert.equal(8, size)
    assert.equal(0x0201, buffer.u16(bytes, 0))
    assert.equal(0x04030201, buffer.u32(bytes, 0))
    assert.equal(0x0007060504030201, buffer.u64(bytes, 0))
    assert.equal("\1\2\3\4\5\6\7\0", buffer.pack(0x0007060504030201, 8))
  end)

  it("reverses the bytes of elements", function()
    local swapped = { [1] = "abcdefgh", [2] = "badcfehg", [4] = "dcbahgfe", [8] = "hgfedcba" }
    for width, text in pairs(swapped) do
      local bytes = buffer.from_string("abcdefgh")
      buffer.swap(bytes, 8 / width, width)
      assert.equal(text, ffi.string(bytes, 8))
    end
  end)
end)
