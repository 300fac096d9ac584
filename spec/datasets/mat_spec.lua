local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local counting_buffers = require "spec.support.counting_buffers"
local folder = require "spec.support.folder"
local mat = require "dgraph.datasets.mat"
local mat_file = require "spec.support.mat_file"
local zlib = require "dgraph.utils.zlib"

local pack, header, matrix, element = buffer.pack, mat_file.header, mat_file.matrix,
  mat_file.element
local KINDS = { "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64" }

--- The numbers of an array, in the order of the file.
local function numbers_of(array)
  local numbers = {}
  for i = 1, array.count do numbers[i] = tonumber(array.data[i - 1]) end
  return numbers
end

local function parse(text, ...)
  local bytes, size = buffer.from_string(text)
  return mat.parse(bytes, size, { ... })
end

local function message_of(text, ...)
  local arrays, message = parse(text, ...)
  assert.is_nil(arrays)
  return message
end

--- A compressed element out of any text, as zlib packs it.
local function packed(text, sum)
  local bytes, size = zlib.deflate(ffi.cast("const uint8_t *", text), #text)
  local a, b = 1, 0
  for i = 1, #text do
    a = (a + text:byte(i)) % 65521
    b = (b + a) % 65521
  end
  sum = sum or string.char(math.floor(b / 256), b % 256, math.floor(a / 256), a % 256)
  local data = "\120\156" .. ffi.string(bytes, size) .. sum
  return pack(15, 4) .. pack(#data, 4) .. data
end

describe("mat", function()
  for _, name in ipairs { "plain", "packed" } do
    it(("reads arrays of all kinds of a %s file, columns first"):format(name), function()
      local path = ("spec/fixtures/mat/%s.mat"):format(name)
      local arrays = assert(mat.read(path, { "f8", "f4", "flag", "empty", unpack(KINDS) }))
      assert.same({ "double", { 2, 3 } }, { arrays.f8.class, arrays.f8.shape })
      assert.same({ -1, -0.25, -0.75, 0, -0.5, 0.25 }, numbers_of(arrays.f8))
      assert.same({ 0, 0.75, 0.25, 1, 0.5, 1.25 }, numbers_of(arrays.f4))
      assert.same({ "single", "uint8" }, { arrays.f4.class, arrays.flag.class })
      assert.same({ 0, 1, 0, 1, 0, 1 }, numbers_of(arrays.flag))
      assert.same({ 0, { 0, 3 } }, { arrays.empty.count, arrays.empty.shape })
      for _, kind in ipairs(KINDS) do
        local sign = kind == "int8" and -1 or 1
        local array = arrays[kind]
        assert.same({ kind, kind .. "_t", { 2, 3 }, name == "packed" },
          { array.class, array.stored, array.shape, array.unpacked })
        local wanted = {}
        for i, number in ipairs { 0, 60, 20, 80, 40, 100 } do wanted[i] = sign * number end
        assert.same(wanted, numbers_of(array))
      end
      assert.equal(6, mat.read(path, { "long_name_of_an_array" }).long_name_of_an_array.count)
    end)
  end

  it("reads numbers that are stored as a smaller kind than that of the array", function()
    local x = parse(header() .. matrix("x", 6, { 1, 3 }, "\1\2\200"), "x").x
    assert.same({ "double", "uint8_t", { 1, 2, 200 } }, { x.class, x.stored, numbers_of(x) })
  end)

  it("reads NaN whatever its bits are", function()
    for stored, numbers in pairs { [7] = ("\255"):rep(8), [9] = ("\1\2\3\4\5\0\254\255"):rep(2) } do
      local shape = { #numbers / (stored == 7 and 4 or 8), 1 }
      local x = parse(header() .. matrix("x", 6, shape, numbers, { stored = stored }), "x").x
      assert.equal("number", type(x.data[1]))
      assert.is_true(x.data[1] ~= x.data[1])
    end
  end)

  it("tells what it does not read, and lets it be where nobody asks for it", function()
    local text = folder.read "spec/fixtures/mat/plain.mat"
    for name, message in pairs { text = "but char", cell = "but cell", struct = "but struct",
      sparse = "but sparse", complex = '"complex" is complex',
      nothing = 'there is no "nothing"' } do
      assert.matches(message, message_of(text, "f8", name), 1, true)
    end
    assert.matches("but of class 99", message_of(header() .. matrix("x", 99, { 1, 1 }, "a"), "x"))
    local opaque = element(14, element(6, "\17" .. ("\0"):rep(7)) .. element(1, "anything"))
    assert.equal(1, parse(header() .. opaque .. matrix("x", 9, { 1, 1 }, "a"), "x").x.count)
    assert.equal("mat: the file is big-endian, which is not read",
      message_of(header(1, "MI"), "x"))
    assert.matches("version 7.3 is HDF5", message_of(header(0x200), "x"))
    for _, other in ipairs { "", header():sub(1, 127), header(3), header(nil, "xx"),
      folder.read "spec/fixtures/mat/version4.mat" } do
      assert.equal("mat: not a MATLAB 5 file", message_of(other, "x"))
    end
    assert.matches("^/nowhere: No such file", select(2, mat.read("/nowhere", {})))
    assert.matches("^README.md: mat: not a", select(2, mat.read("README.md", {})))
  end)

  it("refuses what contradicts itself", function()
    for message, variable in pairs {
      ["an element is cut off at byte 128"] = "\14\0\0\0",
      ["the element at byte 128 is cut off"] = pack(14, 4) .. pack(2 ^ 32 - 1, 4),
      ["the small element at byte 128 declares 5 bytes"] = pack(0x50001, 4) .. "    ",
      ["there is no variable at byte 128"] = element(1, "word"),
      ["begins with no flags"] = element(14, element(6, "\6")),
      ["has no shape or no name"] = matrix("x", 9, { 1, 1 }, "a", { name_kind = 5 }),
      ['"x" occurs twice'] = matrix("x", 9, { 1, 1 }, "a"):rep(2),
      ["x has a shape of 4 bytes"] = matrix("x", 9, { 1 }, "a"),
      ["x has a shape of 36 bytes"] = matrix("x", 9, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, "a"),
      ["x has a shape of 9 bytes"] = matrix("x", 9, {}, "a", { shape = ("\0"):rep(9) }),
      ['"x" is stored as kind 14'] = matrix("x", 9, { 1, 1 }, "a", { stored = 14 }),
      ['"x" has 2 bytes, which is not its shape'] = matrix("x", 9, { 1, 1 }, "ab"),
      ['"x" has 4 bytes, which is not its shape'] = matrix("x", 6, { 1, 1 }, "abcd",
        { stored = 9 }),
      ['"x" has 1 bytes, which is not its shape'] = matrix("x", 9, { 2 ^ 32 - 1, 2 ^ 32 - 1,
        2 ^ 32 - 1, 2 ^ 32 - 1 }, "a"),
      ["are not aligned"] = packed(matrix("y", 9, { 1, 1 }, "a"))
        .. matrix("x", 9, { 1, 1 }, ("a"):rep(8), { stored = 9 }),
      ["a compressed element is no variable"] = packed(element(1, "word")),
      ["holds more data than it declares"] = packed(matrix("x", 9, { 1, 1 }, "a") .. "x"),
      ["holds less data than it declares"] = packed(pack(14, 4) .. pack(100, 4) .. "x"),
      ["bytes declare to be 4294967303"] = packed(pack(14, 4) .. pack(2 ^ 32 - 1, 4)),
      ["compressed data is damaged"] = packed(matrix("x", 9, { 1, 1 }, "a"), "sums"),
      ["compressed data ends too early"] = pack(15, 4) .. pack(2, 4) .. "\120\156",
    } do
      assert.matches(message, message_of(header() .. variable, "x"), 1, true)
    end
    assert.equal(1, parse(header() .. packed(matrix("x", 9, { 1, 1 }, "a")), "x").x.count)
  end)

  it("frees what it unpacked and does not need", function()
    local path = "spec/fixtures/mat/packed.mat"
    local made, freed = counting_buffers(function()
      local arrays = assert(mat.read(path, { "f8" }))
      assert.same({ -1, -0.25, -0.75, 0, -0.5, 0.25 }, numbers_of(arrays.f8))
    end)
    assert.is_true(made > 10)
    assert.equal(made - 1, freed)
    for _, name in ipairs { "text", "nothing" } do
      made, freed = counting_buffers(function() assert.is_nil((mat.read(path, { "f8", name }))) end)
      assert.equal(made, freed)
    end
    local text, size = buffer.from_string(header() .. packed(matrix("y", 9, { 1, 1 }, "a"))
      .. packed(matrix("x", 9, { 1, 1 }, "a"), "sums"))
    assert.same({ 2, 2 }, { counting_buffers(function() mat.parse(text, size, { "y" }) end) })
  end)

  it("refuses files that are cut off at any byte", function()
    for _, name in ipairs { "plain", "packed" } do
      local text = folder.read(("spec/fixtures/mat/%s.mat"):format(name))
      for size = 0, #text - 1, 3 do
        local arrays, message = parse(text:sub(1, size), "long_name_of_an_array")
        assert.is_true(arrays == nil and type(message) == "string", size)
      end
    end
  end)
end)
