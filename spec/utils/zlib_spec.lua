local ffi = require "ffi"
local counting_buffers = require "spec.support.counting_buffers"
local zlib = require "dgraph.utils.zlib"

local function bytes_of(text) return ffi.cast("const uint8_t *", text) end

--- Deflates a string and hands back a string.
local function deflate(text)
  local packed, size = zlib.deflate(bytes_of(text), #text)
  return ffi.string(packed, size)
end

--- Inflates into exactly `size` bytes, with a guard behind them.
local function inflate(packed, size)
  local target = ffi.new("uint8_t[?]", size + 1)
  target[size] = 77
  local done, message = zlib.inflate(bytes_of(packed), #packed, target, size)
  assert.equal(77, target[size])
  return done and ffi.string(target, size) or nil, message
end

local function write_file(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

describe("zlib", function()
  local text = ("a line that repeats, "):rep(5000)

  it("inflates what it has deflated", function()
    for _, sample in ipairs { "", "x", text } do
      assert.equal(sample, (inflate(deflate(sample), #sample)))
    end
    assert.is_true(#deflate(text) < #text / 50)
  end)

  it("finds room for data that cannot be compressed", function()
    local noise = {}
    for i = 1, 200000 do noise[i] = string.char(math.random(0, 255)) end
    noise = table.concat(noise)
    assert.is_true(inflate(deflate(noise), #noise) == noise)
  end)

  it("refuses data of another size than is announced, and writes no byte more", function()
    local packed = deflate(text)
    assert.same({ nil, "holds more data than it declares" }, { inflate(packed, #text - 1) })
    assert.same({ nil, "holds more data than it declares" }, { inflate(packed, 0) })
    assert.same({ nil, "holds less data than it declares" }, { inflate(packed, #text + 1) })
  end)

  it("refuses data that is cut off, damaged, or followed by something", function()
    local packed = deflate(text)
    for size = 0, #packed - 1 do assert.falsy((inflate(packed:sub(1, size), #text))) end
    assert.falsy((inflate("\255" .. packed:sub(2), #text)))
    assert.equal("bytes follow the compressed data", select(2, inflate(packed .. "x", #text)))
  end)

  it("stops early when only the start is wanted", function()
    local packed, target = deflate(text), ffi.new("uint8_t[21]")
    assert.is_true(zlib.inflate(bytes_of(packed), #packed, target, 21, true))
    assert.equal(text:sub(1, 21), ffi.string(target, 21))
  end)

  it("inflates data with zlib's header and checksum, which has to be right", function()
    -- python3 -c "import zlib; print(*zlib.compress(b'hello hello hello', 9))"
    local packed = "\120\218\203\72\205\201\201\87\200\64\144\0\58\46\6\125"
    local target = ffi.new("uint8_t[17]")
    local function inflate_wrapped(bytes, size, prefix)
      return zlib.inflate(bytes_of(bytes), #bytes, target, size, prefix, true)
    end
    assert.is_true(inflate_wrapped(packed, 17))
    assert.equal("hello hello hello", ffi.string(target, 17))
    assert.is_true(inflate_wrapped(packed, 5, true))
    for cut = 0, #packed - 1 do assert.is_nil((inflate_wrapped(packed:sub(1, cut), 17))) end
    assert.is_nil((inflate_wrapped(packed:sub(1, -2) .. "\126", 17)))
    assert.is_nil((inflate_wrapped(packed:sub(3), 17)))
    assert.same({ nil, "bytes follow the compressed data" }, { inflate_wrapped(packed .. "x", 17) })
    assert.is_nil((inflate(packed, 17))) -- not wrapped
  end)

  it("computes CRC-32 in one go or in steps", function()
    assert.equal(0xcbf43926, zlib.crc32("123456789", 9))
    assert.equal(0xcbf43926, zlib.crc32("56789", 5, zlib.crc32("1234", 4)))
    assert.equal(0, zlib.crc32("", 0))
  end)

  describe("gunzip", function()
    -- printf 'hello\n' | gzip -n | xxd -i
    local gz = "\31\139\8\0\0\0\0\0\0\3\203\72\205\201\201\231\2\0\32\48\58\54\6\0\0\0"

    it("unpacks a gzip file and takes a plain one as it is", function()
      for _, content in ipairs { gz, "hello\n" } do
        local path = write_file(content)
        local bytes, size = zlib.gunzip(path)
        assert.equal("hello\n", ffi.string(bytes, size))
        os.remove(path)
      end
    end)

    it("refuses a file that is cut off, damaged or too large", function()
      for _, content in ipairs { gz:sub(1, -5), gz:sub(1, 14), (gz:gsub("\32\48", "ab")) } do
        local path = write_file(content)
        local bytes, message = zlib.gunzip(path)
        assert.is_nil(bytes)
        assert.matches(path, message, 1, true)
        os.remove(path)
      end
      local path = write_file(gz)
      assert.same({ nil, path .. ": more than 5 bytes" }, { zlib.gunzip(path, 5) })
      os.remove(path)
    end)

    it("frees what it read of such a file", function()
      for _, content in ipairs { gz:sub(1, -5), (gz:gsub("\32\48", "ab")), gz } do
        local path = write_file(content)
        local made, freed = counting_buffers(function() zlib.gunzip(path, 5) end)
        assert.same({ 1, 1 }, { made, freed })
        os.remove(path)
      end
    end)

    it("names a file that is not there", function()
      local bytes, message = zlib.gunzip("/nowhere/at all")
      assert.is_nil(bytes)
      assert.equal("/nowhere/at all: No such file or directory", message)
    end)
  end)
end)
