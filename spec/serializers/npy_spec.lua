local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local files = require "dgraph.utils.files"
local npy = require "dgraph.serializers.npy"
local elements = require "dgraph.serializers.elements"
local zip = require "dgraph.serializers.zip"

local ELEMENT = {
  bool = "uint8_t", uint8 = "uint8_t", int32 = "int32_t", int64 = "int64_t",
  float32 = "float", float64 = "double",
}

--- The numbers of a file as a flat Lua array, and its header.
local function decode(bytes, size)
  local header, message = npy.header(bytes, size)
  if not header then return nil, message end
  local right
  right, message = npy.check(header, bytes, size)
  if not right then return nil, message end
  if header.uninitialized then return "uninitialized", header end
  local target = ffi.new(ELEMENT[header.dtype] .. "[?]", header.count)
  assert(elements.decode(header, bytes, target))
  local numbers = {}
  for i = 1, header.count do numbers[i] = tonumber(target[i - 1]) end
  return numbers, header
end

local function decode_text(text) return decode(buffer.from_string(text)) end

--- All arrays of a fixture: { numbers, header } by key.
local function fixture(name)
  local bytes, size = assert(files.read("spec/fixtures/" .. name .. ".npz"))
  local archive, arrays = assert(zip.open(bytes, size)), {}
  for _, entry in ipairs(archive.names) do
    arrays[entry:match("^(.*)%.npy$")] = { decode(archive:read(entry)) }
  end
  return arrays
end

--- A file with this text as its header.
local function with_header(text, data)
  return "\147NUMPY\1\0" .. buffer.pack(#text, 2) .. text .. (data or "")
end

local function refusal(text)
  local numbers, message = decode_text(text)
  assert.is_nil(numbers)
  return message
end

local function sequence(count, factor)
  local numbers = {}
  for i = 1, count do numbers[i] = (i - 1) * (factor or 1) end
  return numbers
end

describe("npy", function()
  it("reads every dtype of ours", function()
    local arrays = fixture("plain")
    local function check(key, dtype, shape, numbers)
      local found, header = unpack(arrays[key])
      assert.same({ dtype, shape, numbers }, { header.dtype, header.shape, found })
    end
    check("bool", "bool", { 3 }, { 1, 0, 1 })
    check("uint8", "uint8", { 2, 2 }, { 0, 128, 255, 1 })
    check("int32", "int32", { 3 }, { -2 ^ 31, 0, 2 ^ 31 - 1 })
    check("int64", "int64", { 2 }, { -2 ^ 40, 2 ^ 53 })
    check("float32", "float32", { 2, 3 }, sequence(6, 0.5))
    check("float64", "float64", { 1, 2, 2 }, { 0.1, -0, 1 / 0, -1 / 0 })
    check("scalar", "float64", {}, { 2.5 })
    check("count", "int64", {}, { 7 })
    check("flag", "bool", {}, { 1 })
    check("empty", "float32", { 2, 0, 3 }, {})
  end)

  it("reads the versions 1, 2 and 3", function()
    for _, array in pairs(fixture("versions")) do assert.same(sequence(6, 0.5), array[1]) end
  end)

  it("turns column-major arrays around", function()
    local arrays = fixture("fortran")
    assert.same(sequence(6, 0.5), arrays.matrix[1])
    assert.same({ 2, 3, 4 }, arrays.cube[2].shape)
    assert.same(sequence(24), arrays.cube[1])
  end)

  it("converts big-endian numbers", function()
    local arrays = fixture("big_endian")
    assert.same(sequence(6, 0.5), arrays.f4[1])
    assert.same(sequence(6, 0.5), arrays.f8[1])
    assert.same(sequence(24), arrays.i4[1])
    assert.same(sequence(24), arrays.fortran[1])
    assert.same({ -2, 2 ^ 40 }, arrays.i8[1])
    assert.same({ 1, 65535 }, arrays.u2[1])
    assert.same({ 1.5, -2 }, arrays.f2[1])
  end)

  it("widens the dtypes that fit into one of ours", function()
    local arrays = fixture("narrow")
    local function check(key, dtype, numbers)
      assert.same({ dtype, numbers }, { arrays[key][2].dtype, arrays[key][1] })
    end
    check("i1", "int32", { -128, 127 })
    check("i2", "int32", { -32768, 32767 })
    check("u2", "int32", { 0, 65535 })
    check("u4", "int64", { 0, 2 ^ 32 - 1 })
    local halves = arrays.f2[1]
    assert.is_true(halves[7] ~= halves[7])
    assert.equal(-1 / 0, 1 / halves[8])
    assert.same({ 1, -2.5, 2 ^ -14, 2 ^ -24, 65504, 1 / 0 }, { unpack(halves, 1, 6) })
  end)

  it("refuses dtypes that would lose something, by name", function()
    local arrays = fixture("odd")
    assert.equal('the dtype "<u8" is not supported', arrays.u8[2])
    assert.equal('the dtype "<c8" is not supported', arrays.c8[2])
    assert.equal('the dtype "<U3" is not supported', arrays.text[2])
    assert.equal('the dtype "<M8[D]" is not supported', arrays.date[2])
    assert.equal("arrays of records are not supported", arrays.record[2])
  end)

  it("refuses Python objects and says that no pickle is run", function()
    assert.matches("pickles, which are never run", fixture("object").list[2])
    assert.matches("pickle, which is never run", fixture("object_scalar").evil[2])
  end)

  it("knows the None of Chainer in every form, and nothing near it", function()
    local count = 0
    for _, array in pairs(fixture("none")) do
      assert.equal("uninitialized", array[1])
      count = count + 1
    end
    assert.equal(16, count)
    local none = npy.encode_none()
    assert.equal("uninitialized", (decode_text(none)))
    assert.matches("never run", refusal(none .. "."))
    for at = 129, #none do
      local changed = none:sub(1, at - 1) .. "x" .. none:sub(at + 1)
      if changed ~= none then assert.matches("never run", refusal(changed)) end
    end
  end)

  it("gives every NaN the bits that Lua can bear", function()
    local bits32 = { 0x7fc00000, -1, 0x7f800001, 0x7fffffff, -0x400000, -0x7fffff }
    local numbers = ffi.new("int32_t[6]", bits32)
    local header = npy.encode_header({ 6 }, "float32")
    local bytes, size = buffer.from_string(header .. ffi.string(numbers, 24))
    local target = ffi.new("int32_t[6]")
    elements.decode(npy.header(bytes, size), bytes, target)
    for i = 0, 5 do assert.equal(0x7fc00000, target[i]) end

    local bits64 = ffi.new("int32_t[8]", { -1, -1, 1, 0x7ff00000, 0x1234, -0x60000, 0, 0x7ff00000 })
    bytes, size = buffer.from_string(npy.encode_header({ 4 }, "float64") .. ffi.string(bits64, 32))
    target = ffi.new("int32_t[8]")
    elements.decode(npy.header(bytes, size), bytes, target)
    for i = 0, 4, 2 do assert.same({ 0, 0x7ff80000 }, { target[i], target[i + 1] }) end
    assert.same({ 0, 0x7ff00000 }, { target[6], target[7] }) -- infinity stays
  end)

  it("makes booleans 0 or 1", function()
    assert.same({ 0, 1, 1 }, (decode_text(npy.encode_header({ 3 }, "bool") .. "\0\1\200")))
  end)

  describe("header", function()
    local shape = "'shape': (2,), }"
    local good = "{'descr': '|u1', 'fortran_order': False, " .. shape

    it("is what NumPy writes, aligned to 64 bytes", function()
      local header = npy.encode_header({ 2, 3 }, "float32")
      assert.equal(0, #header % 64)
      assert.equal("\147NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        (header:gsub(" *\n$", "")))
      assert.matches("'shape': (7,), }", npy.encode_header({ 7 }, "bool"), 1, true)
      assert.matches("'shape': (), }", npy.encode_header({}, "int64"), 1, true)
    end)

    it("is read in any order, with any blanks and quotes", function()
      for _, text in ipairs { good, (good:gsub(" ", "")), good .. (" "):rep(50) .. "\n",
        '{"shape":(2L,),"fortran_order":True,"descr":"u1"}',
        "{ 'fortran_order' : False , 'shape' : ( 2 ) , 'descr' : '>u1' }" } do
        assert.same({ 5, 6 }, (decode_text(with_header(text, "\5\6"))))
      end
    end)

    it("is refused when anything else stands in it", function()
      for _, text in ipairs { "", "{}", "{" .. ("("):rep(5000), good .. "x", good:sub(1, -2),
        (good:gsub("False", "0")), (good:gsub("False", "__import__('os')")),
        (good:gsub("%(2,%)", "[2]")), (good:gsub("%(2,%)", "(-2,)")), (good:gsub("2", "2.5")),
        (good:gsub("2", "1e3")), (good:gsub("%(2,%)", "((2,),)")), (good:gsub("2,", "2 3")),
        (good:gsub("'descr'", "'other'")), "{'descr': '|u1', 'descr': '|u1', " .. good:sub(2),
        (good:gsub("'|u1'", "'|u1")), (good:gsub("'|u1'", "'\\x41'")),
        (good:gsub("'|u1'", "'|f4'")), (good:gsub("u1", "u1\0")) } do
        assert.is_nil((decode_text(with_header(text, "\5\6"))))
      end
    end)

    it("is refused when it is too long, cut off, or of another version", function()
      assert.matches("is 10001 bytes long", refusal(with_header(good .. (" "):rep(10001 - #good))))
      assert.matches("is 4294967295 bytes long", refusal("\147NUMPY\2\0\255\255\255\255{"))
      assert.matches("version 4.0", refusal("\147NUMPY\4\0\5\0{    "))
      local file = with_header(good, "\5\6")
      for size = 0, #file - 1 do assert.is_nil((decode_text(file:sub(1, size)))) end
    end)

    it("is refused when its shape cannot be", function()
      local function shaped(text) return with_header((good:gsub("%(2,%)", text))) end
      assert.matches("the shape is too large", refusal(shaped("(4294967296, 4294967296)")))
      assert.matches("the shape is too large", refusal(shaped("(0, 99999999999, 99999999999)")))
      assert.matches("a size of 9+ is too large", refusal(shaped("(9999999999999999,)")))
      assert.matches("9 axes are more than 8", refusal(shaped("(1, 1, 1, 1, 1, 1, 1, 1, 1)")))
    end)

    it("is refused when the numbers are too few or too many", function()
      assert.matches("1 bytes of numbers where its shape needs 2", refusal(with_header(good, "\5")))
      assert.matches("3 bytes", refusal(with_header(good, "\5\6\7")))
    end)
  end)
end)
