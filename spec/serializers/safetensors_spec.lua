local ffi = require "ffi"
local dg = require "dgraph"
local buffer = require "dgraph.utils.buffer"
local files = require "dgraph.utils.files"
local safetensors_file = require "dgraph.serializers.safetensors_file"
local settle = require "spec.support.settle"
local serializers = dg.serializers

local FIXTURE = "spec/fixtures/python.safetensors"

local function text_of(path)
  local bytes, size = assert(files.read(path))
  return ffi.string(bytes, size)
end

--- A file of this header and body.
local function file_of(header, body)
  return buffer.pack(#header, 8) .. header .. (body or "")
end

--- Opens a text as a file and reads all of it.
local function read(text)
  local bytes, size = buffer.from_string(text)
  local file, message = safetensors_file.from_memory(bytes, size)
  if not file then return nil, message end
  return file:tensors()
end

local function tensor(dtype, shape, from, to)
  return ('{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}'):format(dtype, shape, from, to)
end

describe("safetensors", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function()
    os.remove(path)
    for i = 1, 3 do os.remove(path .. "." .. i) end
  end)

  it("reads what Python has saved, copied or mapped", function()
    for _, map in ipairs { false, true } do
      local x, metadata = assert(serializers.read_safetensors(FIXTURE, { map = map }))
      assert.same({ format = "pt", note = 'a "quoted"\nline' }, metadata)
      assert.same({ { 0, 0.5, 1 }, { 1.5, 2, 2.5 } }, x.float32:totable())
      assert.same({ { 0, 0.25, 0.5 }, { 0.75, 1, 1.25 } }, x.float64:totable())
      for _, name in ipairs { "float16", "bfloat16" } do
        assert.same({ "float32", { { 0, 0.5, 1 }, { 1.5, 2, 2.5 } } },
          { x[name].dtype, x[name]:totable() })
      end
      for name, dtype in pairs { int8 = "int32", int16 = "int32", int32 = "int32",
        int64 = "int64" } do
        assert.same({ dtype, { { -3, -2, -1 }, { 0, 1, 2 } } },
          { x[name].dtype, x[name]:totable() })
      end
      assert.same({ { 0, 1, 2 }, { 3, 4, 5 } }, x.uint8:totable())
      assert.same({ { false, false, false }, { true, true, true } }, x.bool:totable())
      assert.equal(2.5, x.scalar:item())
      assert.same({ 2, 0, 3 }, x.empty.shape)
      assert.same({ { 1, 1 }, { 1, 1 } }, x["l1/W"]:totable())
      local nan = x["ümlaut"]:totable()
      assert.is_true(type(nan[1]) == "number" and nan[1] ~= nan[1] and nan[2] == 1)
    end
  end)

  it("reads again what it has saved", function()
    local metadata = { note = 'a "quoted"\nline\1', format = "dg" }
    assert(serializers.write_safetensors(path, {
      matrix = dg.tensor { { 1, 2 }, { 3, 4.5 } }, wide = dg.tensor({ 1, 1e300 }, "float64"),
      labels = dg.tensor({ 1, 2, 3 }, "int32"), flags = dg.tensor({ true, false }, "bool"),
      empty = dg.empty({ 0, 3 }, "float64"), half = 0.5, whole = 3, flag = true,
      view = dg.tensor { { 1, 2 }, { 3, 4 } }.T,
    }, { metadata = metadata }))
    local x, found = assert(serializers.read_safetensors(path))
    assert.same(metadata, found)
    assert.same({ { 1, 2 }, { 3, 4.5 } }, x.matrix:totable())
    assert.same({ { 1, 3 }, { 2, 4 } }, x.view:totable())
    assert.same({ 1, 1e300 }, x.wide:totable())
    assert.same({ 1, 2, 3 }, x.labels:totable())
    assert.same({ true, false }, x.flags:totable())
    assert.same({ 0, 3 }, x.empty.shape)
    assert.same({ 0.5, 3, "int64", "bool" },
      { x.half:item(), x.whole:item(), x.whole.dtype, x.flag.dtype })
  end)

  it("writes headers of whole words, and aligned tensors, the same every time", function()
    local tensors = { a = dg.ones({ 3 }, "uint8"), b = dg.ones(3), c = dg.ones({ 1 }, "float64") }
    serializers.write_safetensors(path, tensors)
    local first = text_of(path)
    assert.equal(0, first:byte(1) % 8)
    assert.matches('"c":{"data_offsets":%[0,8%]', first)
    assert.matches('"b":{"data_offsets":%[8,20%]', first)
    serializers.write_safetensors(path, tensors)
    assert.equal(first, text_of(path))
  end)

  it("refuses what it cannot write", function()
    for _, tensors in ipairs { { key = "text" }, { __metadata__ = dg.ones(1) },
      { ["\255"] = dg.ones(1) } } do
      assert.has_error(function() serializers.write_safetensors(path, tensors) end)
    end
    assert.has_error(function()
      serializers.write_safetensors(path, {}, { metadata = { a = 1 } })
    end, "safetensors: the metadata a is no text")
  end)

  it("saves and loads links and optimizers, lazy parameters and nil included", function()
    local function make()
      local model = dg.Chain { l1 = dg.links.Linear(nil, 3), l2 = dg.links.Linear(nil, 2) }
      local optimizer = dg.optimizers.Adam():setup(model)
      return model, optimizer
    end
    local model, optimizer = make()
    model.l1(dg.ones(2, 4))
    optimizer:update(function() return model.l1(dg.ones(2, 4)):sum() end)
    assert(serializers.save_safetensors(path, { serialize = function(_, s)
      model:serialize(s.model)
      optimizer:serialize(s.optimizer)
    end }))
    local other, its_optimizer = make()
    its_optimizer:update(function() return other.l1(dg.ones(2, 4)):sum() end)
    local report = assert(serializers.load_safetensors(path, { serialize = function(_, s)
      other:serialize(s.model)
      its_optimizer:serialize(s.optimizer)
    end }))
    assert.same({ missing = {}, unexpected = {}, mismatched = {} }, report)
    assert.same(model.l1.W:totable(), other.l1.W:totable())
    assert.is_false(other.l2.W.is_initialized)
    assert.has_error(function()
      serializers.load_safetensors(path, dg.links.Linear(4, 3))
    end)
    report = serializers.load_safetensors(path, dg.links.Linear(4, 3), { strict = false })
    assert.same({ "W", "b" }, report.missing)
  end)

  it("maps a file without copying, and keeps it as long as a tensor looks at it", function()
    serializers.write_safetensors(path, { x = dg.arange(1, 4), y = dg.ones(2) })
    local x = assert(serializers.read_safetensors(path, { map = true })).x
    serializers.write_safetensors(path, { x = dg.zeros(3) })
    settle()
    assert.same({ 1, 2, 3 }, x:totable())
    x:fill(7) -- stays private
    assert.same({ 7, 7, 7 }, x:totable())
    local again = serializers.read_safetensors(path, { map = true }).x
    assert.same({ 0, 0, 0 }, again:totable())
    again:fill(5)
    assert.same({ 0, 0, 0 }, serializers.read_safetensors(path).x:totable())
  end)

  it("shares the memory of a mapped file", function()
    serializers.write_safetensors(path, { x = dg.ones(2 ^ 20) })
    local x = assert(serializers.read_safetensors(path, { map = true })).x
    assert.equal(2 ^ 20, x:sum():item())
    local dirty, shared = 0, 0
    local inside
    for line in io.lines "/proc/self/smaps" do
      if line:find "^%x+%-%x+ " then inside = line:find(path, 1, true) end
      if inside then
        dirty = dirty + (line:match "^Private_Dirty:%s+(%d+)" or 0)
        shared = shared + (line:match "^Rss:%s+(%d+)" or 0)
      end
    end
    assert.equal(0, dirty)
    assert.is_true(shared >= 4096)
  end)

  it("copies what lies unaligned, also from a mapped file", function()
    local text = file_of('{"a":' .. tensor("U8", "[1]", 0, 1) .. ',"b":'
      .. tensor("F32", "[1]", 1, 5) .. "}", "\7\0\0\128\63")
    assert(files.write(path, text))
    local x = assert(serializers.read_safetensors(path, { map = true }))
    assert.same({ { 7 }, { 1 } }, { x.a:totable(), x.b:totable() })
  end)

  it("makes numbers of odd bits: one NaN, booleans of 0 and 1", function()
    local x = assert(read(file_of('{"a":' .. tensor("F32", "[1]", 0, 4) .. ',"b":'
      .. tensor("BOOL", "[2]", 4, 6) .. "}", "\255\255\255\255\0\200")))
    assert.is_true(x.a:item() ~= x.a:item())
    assert.same({ false, true }, x.b:totable())
  end)

  it("refuses headers that lie", function()
    local one = tensor("F32", "[1]", 0, 4)
    for wanted, text in pairs {
      ["only 3 bytes"] = "abc",
      ["header is too long"] = ("\255"):rep(16),
      ["header is cut off"] = buffer.pack(10, 8) .. "{}",
      ["not a safetensors file$"] = file_of " {}",
      ["JSON, byte 2: no key"] = file_of "{1}",
      ["more than one value"] = file_of "{}{}",
      ['key "a" occurs twice'] = file_of('{"a":' .. one .. ',"a":' .. one .. "}", "1234"),
      ["an odd field"] = file_of('{"a":{"dtype":"F32","x":1}}'),
      ["no description"] = file_of '{"a":[]}',
      ["dtype F8_E4M3 is not supported"] = file_of('{"a":' .. tensor("F8_E4M3", "[1]", 0, 1) .. "}",
        "1"),
      ["dtype U64 is not"] = file_of('{"a":' .. tensor("U64", "[1]", 0, 8) .. "}", "12345678"),
      ["no shape"] = file_of('{"a":' .. tensor("F32", "[-1]", 0, 4) .. "}", "1234"),
      ["a: no shape"] = file_of('{"a":' .. tensor("F32", "{}", 0, 4) .. "}", "1234"),
      ["no data_offsets"] = file_of('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', "1234"),
      ["bytes where its shape needs 8"] = file_of('{"a":' .. tensor("F32", "[2]", 0, 4) .. "}",
        "1234"),
      ["9 axes"] = file_of('{"a":' .. tensor("F32", "[1,1,1,1,1,1,1,1,1]", 0, 4) .. "}", "1234"),
      ["shape is too large"] = file_of('{"a":' .. tensor("F32", "[4294967296,4294967296]", 0, 0)
        .. "}"),
      ["b: a hole or an overlap"] = file_of('{"a":' .. one .. ',"b":' .. one .. "}", "1234"),
      ["a: a hole"] = file_of('{"a":' .. tensor("F32", "[1]", 4, 8) .. "}", "12345678"),
      ["5 bytes of tensors where the header wants 4"] = file_of('{"a":' .. one .. "}", "12345"),
      ["3 bytes of tensors where the header wants 4"] = file_of('{"a":' .. one .. "}", "123"),
      ["odd metadata"] = file_of '{"__metadata__":[]}',
      ["metadata \"x\" is no text"] = file_of '{"__metadata__":{"x":1}}',
      ["a tensor and none"] = file_of('{"a":' .. one
        .. ',"__metadata__":{"dgraph.none":"a"}}', "1234"),
    } do
      local x, message = read(text)
      assert.is_nil(x)
      assert.matches(wanted, message)
    end
  end)

  it("refuses each damaged byte, or gives the same values, and each cut file", function()
    local values = { x = dg.tensor { 1.5, -2 }, y = dg.tensor({ 3 }, "int64"), on = true }
    serializers.write_safetensors(path, values, { metadata = { note = "n" } })
    local text = text_of(path)
    local refused = 0
    for i = 1, #text do
      for _, flip in ipairs { 1, 0x20, 0x80 } do
        local damaged = text:sub(1, i - 1) .. string.char(bit.bxor(text:byte(i), flip))
          .. text:sub(i + 1)
        local x = read(damaged)
        if not x then
          refused = refused + 1
        else
          assert.same({ { 1.5, -2 }, { 3 }, true },
            { x.x:totable(), x.y:totable(), x.on:item() })
        end
      end
      assert.is_nil((read(text:sub(1, i - 1))))
    end
    -- Only the name of the checksum can change unnoticed.
    assert.is_true(refused >= 3 * (#text - #"dgraph.crc32"))
  end)

  it("falls back to an older generation, and says so", function()
    for i = 1, 4 do
      assert(serializers.write_safetensors(path, { x = i }, { generations = 3 }))
    end
    assert.is_true(files.exists(path .. ".2") and not files.exists(path .. ".3"))
    local function x_of()
      local x, message, found = serializers.read_safetensors(path)
      return x and x.x:item(), found or message
    end
    assert.same({ 4, {} }, { x_of() })
    files.write(path, text_of(path):sub(1, -2))
    local x, found = x_of()
    assert.equal(3, x)
    assert.equal(path .. ".1", found.file)
    assert.equal(1, #found.passed_over)
    os.remove(path)
    os.remove(path .. ".1")
    x, found = x_of()
    assert.equal(2, x)
    assert.matches("No such file", found.passed_over[1])
    os.remove(path .. ".2")
    assert.matches("No such file", select(2, x_of()))
  end)
end)
