-- LuaJIT takes odd NaN bits for values of other types. None may arrive as such, by no way.
local ffi = require "ffi"
local dg = require "dgraph"

local F64 = {
  "0x7ff8000000000000", "0xfff8000000000000", "0x7ff0000000000001", "0xfff0000000000001",
  "0xffffffffffffffff", "0x7fffffffffffffff", "0xfffa000000000000", "0xfffb800000001234",
  "0xfffd804100000000", "0xfffe7fff00000001", "0xffff7fffffffffff", "0xfffc000041414141",
}
local F32 = {
  0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0xffffffff, 0x7fffffff, 0xffd00000, 0xffdc0000,
  0xffec0208, 0xfff3ffff, 0xffe00041,
}

--- One element of every pattern, written as bits.
local function patterns(dtype)
  local list = dtype == "float64" and F64 or F32
  local bits = ffi.new(dtype == "float64" and "uint64_t[?]" or "uint32_t[?]", #list)
  for i, pattern in ipairs(list) do
    if dtype == "float64" then
      bits[i - 1] = assert(loadstring("return " .. pattern .. "ULL"))()
    else
      bits[i - 1] = pattern
    end
  end
  return bits, #list
end

local function is_nan(v) return type(v) == "number" and v ~= v end

for _, dtype in ipairs { "float32", "float64" } do
  describe("odd NaN bits in " .. dtype, function()
    local bits, count, x

    before_each(function()
      bits, count = patterns(dtype)
      x = dg.from_pointer(bits, { count }, dtype, bits)
    end)

    it("arrive as numbers by item and index", function()
      for i = 1, count do
        assert.is_true(is_nan(x[i]:item()))
        assert.is_true(is_nan(x[{ { i, i } }]:item()))
      end
    end)

    it("arrive as numbers by totable", function()
      for _, v in ipairs(x:totable()) do assert.is_true(is_nan(v)) end
      assert.equal(count, #x:totable())
      for _, row in ipairs(x:reshape({ count, 1 }):totable()) do assert.is_true(is_nan(row[1])) end
      local reversed = x[{ { -1, 1, -1 } }]:totable()
      for i = 1, count do assert.is_true(is_nan(reversed[i])) end
    end)

    it("arrive as text by tostring", function()
      assert.equal("{" .. ("nan, "):rep(count - 1) .. "nan} " .. dtype .. " " .. count, tostring(x))
    end)

    it("are canonical behind a pointer", function()
      local p = x:pointer()
      for i = 0, count - 1 do assert.is_true(is_nan(tonumber(p[i]))) end
      bits = patterns(dtype)
      local copy = dg.empty({ count }, dtype)
      ffi.copy(copy:pointer(), bits, ffi.sizeof(bits))
      p = copy:pointer()
      for i = 0, count - 1 do assert.is_true(is_nan(tonumber(p[i]))) end
    end)

    it("arrive as numbers through operators, losses and gradients", function()
      assert.is_true(is_nan(x:sum():item()))
      assert.is_true(is_nan(dg.F.mean_squared_error(x, dg.zeros_like(x)):item()))
      local leaf = dg.Variable(x)
      local loss = (leaf * leaf):sum()
      loss:backward()
      assert.is_true(is_nan(loss:item()))
      for _, v in ipairs(leaf.grad:totable()) do assert.is_true(is_nan(v)) end
      for i = 1, count do assert.is_true(is_nan((x[i] * 1):item())) end
      for _, v in ipairs(x:cast("float64"):totable()) do assert.is_true(is_nan(v)) end
      for _, v in ipairs(x:cast("float32"):totable()) do assert.is_true(is_nan(v)) end
      for _, y in ipairs(dg.F.separate(x)) do assert.is_true(is_nan(y:item())) end
      for _, v in ipairs(x:isnan():totable()) do assert.is_true(v) end
      assert.same({ false, true }, { x[1]:eq(x[1]):item(), x[1]:ne(x[1]):item() })
    end)

    it("arrive as numbers out of strings", function()
      local y = dg.from_string(ffi.string(bits, ffi.sizeof(bits)), { count }, dtype)
      for _, v in ipairs(y:totable()) do assert.is_true(is_nan(v)) end
    end)
  end)
end
