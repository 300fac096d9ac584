local ffi = require "ffi"
local dg = require "dgraph"
local folder = require "spec.support.folder"
local L, serializers = dg.L, dg.serializers

--- All patterns of a dtype.
local function patterns(dtype)
  local x = dg.empty({ 256, 256 }, dtype)
  local bits = x:pointer()
  for i = 0, 65535 do bits[i] = i end
  return x
end

--- The same with the one NaN that stays.
local function cleaned(x) return x:to "float32":to(x.dtype) end

local function same_bits(a, b)
  assert(a.dtype == b.dtype and a.size == b.size)
  local p, q = ffi.cast("uint16_t *", a:pointer()), ffi.cast("uint16_t *", b:pointer())
  for i = 0, a.size - 1 do
    local nan = a.dtype == "float16" and 0x7c00 or 0x7f80
    local odd = p[i] % 0x8000 > nan
    assert(odd and q[i] % 0x8000 > nan or p[i] == q[i], i)
  end
end

describe("files with floats of 16 bits", function()
  local place
  before_each(function() place = folder.new() end)
  after_each(function() folder.remove(place) end)

  for _, dtype in ipairs { "float16", "bfloat16" } do
    it("keep all bits of " .. dtype .. " in .safetensors, or give float32", function()
      local path = place .. "/x.safetensors"
      local x = patterns(dtype)
      assert(serializers.write_safetensors(path, { x = x, y = dg.ones(1) }))
      for _, map in ipairs { false, true } do
        local read = assert(serializers.read_safetensors(path, { keep_half = true, map = map }))
        same_bits(read.x, cleaned(x))
        assert.equal("float32", read.y.dtype)
      end
      local wide = assert(serializers.read_safetensors(path)).x
      assert.equal("float32", wide.dtype)
      same_bits(wide:to(dtype), cleaned(x))
    end)

    it("hold a model of " .. dtype, function()
      local path = place .. "/model"
      local model = dg.using_config("dtype", dtype, function() return L.Linear(3, 2) end)
      local other = dg.using_config("dtype", dtype, function() return L.Linear(3, 2) end)
      for _, kind in ipairs { "npz", "safetensors" } do
        assert(serializers["save_" .. kind](path, model))
        other.W:fill(0)
        assert(serializers["load_" .. kind](path, other))
        assert.equal(dtype, other.W.dtype)
        assert.same(model.W:totable(), other.W:totable())
        local wide = L.Linear(3, 2)
        assert(serializers["load_" .. kind](path, wide))
        assert.same(model.W:totable(), wide.W:totable())
      end
      assert(serializers.save_model(path, model))
      local loaded = assert(serializers.load_model(path))
      assert.same({ dtype, model.W:totable() }, { loaded.W.dtype, loaded.W:totable() })
    end)
  end

  it("keep all bits of float16 in .npz, where bfloat16 becomes float32", function()
    local path = place .. "/x.npz"
    local x, y = patterns "float16", patterns "bfloat16"
    assert(serializers.savez(path, { x = x, y = y }))
    local read = assert(serializers.load(path, { keep_half = true }))
    same_bits(read.x, cleaned(x))
    assert.equal("float32", read.y.dtype)
    same_bits(read.y:to "bfloat16", cleaned(y))
    assert.equal("float32", assert(serializers.load(path)).x.dtype)
  end)

  it("are what NumPy reads", function()
    local path = place .. "/x.npz"
    assert(serializers.savez(path, { x = dg.tensor({ 1, 2.5, -3 }, "float16") }))
    local pipe = io.popen(("python3 -c 'import numpy; a = numpy.load(\"%s\")[\"x\"]; "
      .. "print(a.dtype, a.tolist())' 2>/dev/null"):format(path))
    local text = pipe:read "*a"
    pipe:close()
    if text == "" then return pending "no NumPy" end
    assert.equal("float16 [1.0, 2.5, -3.0]\n", text)
  end)
end)
