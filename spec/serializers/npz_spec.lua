local ffi = require "ffi"
local dg = require "dgraph"
local buffer = require "dgraph.utils.buffer"
local files = require "dgraph.utils.files"
local npz_file = require "dgraph.serializers.npz_file"
local serializers = require "dgraph.serializers"

--- An object with a state: tensors and numbers in `values`, other objects in `children`.
local function object(values, children)
  return {
    values = values,
    serialize = function(self, serializer)
      local names = {}
      for name in pairs(self.values) do names[#names + 1] = name end
      table.sort(names)
      for _, name in ipairs(names) do self.values[name] = serializer(name, self.values[name]) end
      for name, child in pairs(children or {}) do child:serialize(serializer[name]) end
    end,
  }
end

--- A parameter as the serializers see it before its shape is known.
local function lazy_parameter()
  local parameter = { is_initialized = false }
  function parameter:initialize(shape)
    local tensor = dg.empty(shape, "float32")
    self.is_initialized, self.shape, self.dtype, self.tensor = true, shape, "float32", tensor
  end
  function parameter:copydata(other) self.tensor:copydata(other) end
  return parameter
end

local function fixture(name) return "spec/fixtures/" .. name .. ".npz" end

describe("npz", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function()
    os.remove(path)
    for i = 1, 3 do os.remove(path .. "." .. i) end
  end)

  it("keeps generations, and loads the newest that is whole", function()
    for i = 1, 4 do
      assert(serializers.save_npz(path, object { n = i }, { generations = 3, compression = false }))
    end
    assert.is_false(files.exists(path .. ".3"))
    local loaded = object { n = 0 }
    assert.is_nil(serializers.load_npz(path, loaded).file)
    assert.equal(4, loaded.values.n)
    local bytes, size = files.read(path)
    bytes[163] = bit.bxor(bytes[163], 1) -- in the number, so that its checksum is wrong
    files.write(path, { { bytes, size } })
    local report = serializers.load_npz(path, loaded)
    assert.same({ 3, path .. ".1" }, { loaded.values.n, report.file })
    assert.matches("checksum", report.passed_over[1])
    local arrays, found = serializers.load(path)
    assert.same({ 3, path .. ".1" }, { arrays.n:item(), found.file })
    files.write(path .. ".1", "x")
    files.write(path .. ".2", "y")
    assert.same({ nil, report.passed_over[1] }, { serializers.load_npz(path, loaded) })
    assert.equal(3, loaded.values.n)
  end)

  it("refuses each damaged byte, or gives the same values, and each cut file", function()
    for _, compression in ipairs { true, false } do
      serializers.savez(path, { a = dg.tensor { 1.5, -2 }, b = 3 }, compression)
      local bytes, size = files.read(path)
      for i = 0, size - 1 do
        for _, flip in ipairs { 1, 0x20, 0x80 } do
          bytes[i] = bit.bxor(bytes[i], flip)
          local file = npz_file.from_memory(bytes, size)
          local arrays = file and file:tensors()
          if arrays then
            assert.same({ { 1.5, -2 }, 3 }, { arrays.a:totable(), arrays.b:item() })
          end
          bytes[i] = bit.bxor(bytes[i], flip)
        end
        assert.is_nil((npz_file.from_memory(bytes, i)))
      end
    end
  end)

  it("reads what NumPy has saved, compressed or not", function()
    for _, name in ipairs { "plain", "compressed" } do
      local arrays = assert(serializers.load(fixture(name)))
      assert.same({ { 0, 0.5, 1 }, { 1.5, 2, 2.5 } }, arrays.float32:totable())
      assert.same({ { 0, 128 }, { 255, 1 } }, arrays.uint8:totable())
      assert.same({ true, false, true }, arrays.bool:totable())
      assert.same({ 2, 0, 3 }, arrays.empty.shape)
      assert.equal("int64", arrays.int64.dtype)
      assert.equal(2.5, arrays.scalar:item())
      local nan = arrays.nan:totable()
      assert.is_true(type(nan[1]) == "number" and nan[1] ~= nan[1] and nan[2] ~= nan[2])
    end
    for _, name in ipairs { "zip64", "streamed" } do
      assert.same({ { 0, 0.5, 1 }, { 1.5, 2, 2.5 } },
        assert(serializers.load(fixture(name))).matrix:totable())
    end
  end)

  it("reads again what it has saved", function()
    for _, compression in ipairs { true, false } do
      assert(serializers.savez(path, {
        matrix = dg.tensor { { 1, 2 }, { 3, 4.5 } },
        labels = dg.tensor({ 1, 2, 3 }, "int32"),
        ["deep/in/side"] = dg.tensor({ true, false }, "bool"),
        none = dg.empty({ 0, 3 }, "float64"),
        half = 0.5, whole = 3, flag = true, view = dg.tensor { { 1, 2 }, { 3, 4 } }.T,
      }, compression))
      local arrays = assert(serializers.load(path))
      assert.same({ { 1, 2 }, { 3, 4.5 } }, arrays.matrix:totable())
      assert.same({ 1, 2, 3 }, arrays.labels:totable())
      assert.same({ { 1, 3 }, { 2, 4 } }, arrays.view:totable())
      assert.same({ true, false }, arrays["deep/in/side"]:totable())
      assert.same({ 0, 3 }, arrays.none.shape)
      assert.same({ "float64", 0.5 }, { arrays.half.dtype, arrays.half:item() })
      assert.same({ "int64", 3 }, { arrays.whole.dtype, arrays.whole:item() })
      assert.same({ "bool", {} }, { arrays.flag.dtype, arrays.flag.shape })
    end
  end)

  it("refuses to save what is no array", function()
    for _, value in ipairs { "text", {}, print } do
      assert.has_error(function() serializers.savez(path, { key = value }) end)
    end
  end)

  it("returns nil and a message for files that cannot be read", function()
    assert.same({ nil, "/nowhere/x.npz: No such file or directory" },
      { serializers.load "/nowhere/x.npz" })
    assert.matches("cannot write /nowhere/x.npz",
      select(2, serializers.savez("/nowhere/x.npz", {})))
    assert.matches("never run", select(2, serializers.load(fixture "object")))
  end)

  describe("serializers", function()
    it("join the keys by slashes", function()
      local s, target = serializers.DictionarySerializer()
      assert.equal(1, s("a", 1))
      s.child.grandchild("W", 2)
      s["/child/"]("/b", 3)
      s[0]("W", 4)
      s("nothing", nil)
      assert.same({ 1, 2, 3, 4 }, { target.a, target["child/grandchild/W"], target["child/b"],
        target["0/W"] })
      assert.equal("none", tostring(target.nothing))
      assert.is_false(serializers.loads(s))
    end)

    it("bring a whole object back", function()
      local saved = object({ t = 5, lr = 0.25, on = true, W = dg.tensor { 1, 2 } },
        { l1 = object { W = dg.tensor { { 3 } } } })
      assert(serializers.save_npz(path, saved))
      local W = dg.tensor { 0, 0 }
      local inner = object { W = dg.tensor { { 0 } } }
      local loaded = object({ t = 0, lr = 0, on = false, W = W }, { l1 = inner })
      assert.same({ missing = {}, unexpected = {}, mismatched = {} },
        serializers.load_npz(path, loaded))
      assert.same({ 5, 0.25, true }, { loaded.values.t, loaded.values.lr, loaded.values.on })
      assert.same({ 1, 2 }, W:totable())
      assert.same({ { 3 } }, inner.values.W:totable())
    end)

    it("load Chainer's file, parameters without a shape on either side included", function()
      local l1 = object { W = lazy_parameter(), b = dg.empty({ 2 }, "float32") }
      local l2 = object { W = lazy_parameter() }
      local predictor = object({ count = 0 }, { l1 = l1, l2 = l2 })
      local report = assert(serializers.load_npz(fixture "chainer_mlp",
        object({}, { predictor = predictor })))
      assert.same({ missing = {}, unexpected = {}, mismatched = {} }, report)
      assert.equal(3, predictor.values.count)
      assert.same({ { 0, 0.5, 1 }, { 1.5, 2, 2.5 } }, l1.values.W.tensor:totable())
      assert.same({ 1, 2 }, l1.values.b:totable())
      assert.is_false(l2.values.W.is_initialized)
    end)

    it("load a part of a file", function()
      local l1 = object { b = dg.empty({ 2 }, "float32") }
      local report = serializers.load_npz(fixture "chainer_mlp", l1, { path = "predictor/l1" })
      assert.same({ "predictor/l1/W" }, report.unexpected)
      assert.same({ 1, 2 }, l1.values.b:totable())
    end)

    it("save a parameter without a shape and leave it so", function()
      assert(serializers.save_npz(path, object { W = lazy_parameter(), x = 1 }))
      local loaded = object { W = lazy_parameter(), x = 0 }
      assert(serializers.load_npz(path, loaded))
      assert.is_false(loaded.values.W.is_initialized)
      assert.same({ { 1 } }, { { serializers.load(path).x:item() } })
    end)

    it("widen numbers of a lesser kind and refuse those of a greater", function()
      local function load(value, dtype)
        assert(serializers.savez(path, { W = value }))
        local W = dg.empty({ 2 }, dtype)
        serializers.load_npz(path, object { W = W })
        return W:totable()
      end
      assert.same({ 1, 2 }, load(dg.tensor({ 1, 2 }, "int32"), "float32"))
      assert.same({ 1, 2 }, load(dg.tensor({ 1, 2 }, "float64"), "float32"))
      assert.has_error(function() load(dg.tensor({ 1, 2 }, "float32"), "int32") end)
    end)
  end)

  describe("a file that does not fit", function()
    local W, loaded

    before_each(function()
      assert(serializers.savez(path, {
        a = 1, W = dg.tensor { 1, 2 }, V = dg.tensor { 1, 2, 3 }, n = dg.tensor { 1, 2 }, extra = 1,
      }))
      W = dg.tensor { 0, 0 }
      loaded = object { a = 0, W = W, V = dg.tensor { 0, 0 }, n = 0, gone = 0, lost = W }
    end)

    it("is one error with all keys, and changes nothing", function()
      local done, message = pcall(serializers.load_npz, path, loaded)
      assert.is_false(done)
      assert.equal(([[
load_npz: %s does not fit the object
  missing: gone
  missing: lost
  mismatched: V: float32 (2) here, float32 (3) in the file
  mismatched: n: a number here, float32 (2) in the file
  not asked for: extra]]):format(path), (message:gsub("^[^:]*:%d+: ", "")))
      assert.equal(0, loaded.values.a)
      assert.same({ 0, 0 }, W:totable())
    end)

    it("is loaded as far as it fits when strict is false", function()
      local report = serializers.load_npz(path, loaded, { strict = false })
      assert.same({ "gone", "lost" }, report.missing)
      assert.same({ "extra" }, report.unexpected)
      assert.equal(2, #report.mismatched)
      assert.equal(1, loaded.values.a)
      assert.same({ 1, 2 }, W:totable())
      assert.same({ 0, 0 }, loaded.values.V:totable())
    end)

    it("fits when the keys at fault are ignored", function()
      local report = serializers.load_npz(path, loaded, { ignore_names = { "V", "n", "extra",
        function(key) return key == "gone" or key == "lost" end } })
      assert.same({ missing = {}, unexpected = {}, mismatched = {} }, report)
      assert.same({ 1, 2 }, W:totable())
    end)

    it("is an error at the first key when a deserializer is used by hand", function()
      local deserializer = serializers.NpzDeserializer(path)
      assert.is_true(serializers.loads(deserializer))
      assert.equal(1, deserializer("a", 0))
      assert.same({ 1, 2 }, deserializer("W", nil):totable())
      assert.has_error(function() deserializer("b", 0) end, path .. ": missing: b")
      local lax, report = serializers.NpzDeserializer(path, { strict = false })
      assert.equal(7, lax("b", 7))
      assert.same({ "b" }, report.missing)
    end)
  end)

  it("changes nothing when the last array is damaged", function()
    assert(serializers.savez(path, { a = 1, z = dg.tensor { 1, 2 } }, false))
    local bytes, size = files.read(path)
    local text = ffi.string(bytes, size):gsub("%z%z\128%?", "\0\0\128>")
    assert(files.write(path, text))
    local loaded = object { a = 0, z = dg.tensor { 0, 0 } }
    assert.same({ nil, path .. ": z: z.npy: the checksum is wrong" },
      { serializers.load_npz(path, loaded) })
    assert.equal(0, loaded.values.a)
  end)

  describe("when it is damaged", function()
    --- The array `a` of tiny.npz, or nil.
    local function load(text)
      local bytes, size = buffer.from_string(text)
      local file = npz_file.from_memory(bytes, size)
      local tensor = file and file:has "a" and file:tensor "a"
      return tensor and tensor:totable()
    end

    local function text_of(name)
      local bytes, size = assert(files.read(fixture(name)))
      return ffi.string(bytes, size)
    end

    it("is refused at every length", function()
      local tiny = text_of "tiny"
      assert.same({ 1.5, -2 }, load(tiny))
      for size = 0, #tiny - 1 do assert.falsy(load(tiny:sub(1, size))) end
    end)

    it("is refused, or has the same values, with any byte changed to any other", function()
      local tiny = text_of "tiny"
      for at = 1, #tiny do
        local head, tail = tiny:sub(1, at - 1), tiny:sub(at + 1)
        for byte = 0, 255 do
          local values = load(head .. string.char(byte) .. tail)
          if values then assert.same({ 1.5, -2 }, values) end
        end
      end
    end)

    it("never does harm, whatever the bytes", function()
      local seeds = {}
      for i, name in ipairs { "plain", "compressed", "streamed", "zip64", "fortran", "big_endian",
        "none", "odd" } do
        seeds[i] = text_of(name)
      end
      for i = 1, 4000 do
        local seed = seeds[i % #seeds + 1]
        local bytes, size = buffer.from_string(seed)
        for _ = 1, math.random(1, 8) do bytes[math.random(0, size - 1)] = math.random(0, 255) end
        if math.random() < 0.1 then size = math.random(0, size) end
        local file = npz_file.from_memory(bytes, size)
        for _, key in ipairs(file and file.keys or {}) do
          file:tensor(key)
          file:scalar(key)
        end
      end
    end)
  end)
end)
