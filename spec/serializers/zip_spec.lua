local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local files = require "dgraph.utils.files"
local zip = require "dgraph.serializers.zip"

--- Writes strings by name and hands back the archive as one string.
local function write(entries, opts)
  local writer = zip.writer(opts)
  for _, entry in ipairs(entries) do
    assert(writer:add(entry[1], entry[2], ffi.cast("const uint8_t *", entry[3] or ""),
      #(entry[3] or "")))
  end
  local text = {}
  for i, part in ipairs(writer:finish()) do
    text[i] = type(part) == "table" and ffi.string(part[1], part[2]) or part
  end
  return table.concat(text)
end

local function open(text)
  local bytes, size = buffer.from_string(text)
  return zip.open(bytes, size)
end

local function read(archive, name)
  local bytes, size = archive:read(name)
  return bytes and ffi.string(bytes, size), size
end

--- Replaces bytes from a position on, counted from 1.
local function patch(text, at, bytes)
  return text:sub(1, at - 1) .. bytes .. text:sub(at + #bytes)
end

local function refusal(text)
  local archive, message = open(text)
  assert.is_nil(archive)
  return message
end

describe("zip", function()
  local long = ("all work and no play "):rep(200)

  it("reads what it has written, stored or compressed, zip64 or not", function()
    for _, opts in ipairs { {}, { compression = false }, { zip64 = true },
      { zip64 = true, compression = false } } do
      local entries = { { "a.npy", "head", "body" }, { "b/c.npy", long }, { "empty", "" } }
      local text = write(entries, opts)
      assert.equal(opts.compression ~= false, #text < 1000)
      local archive = assert(open(text))
      assert.same({ "a.npy", "b/c.npy", "empty" }, archive.names)
      assert.equal("headbody", (read(archive, "a.npy")))
      assert.equal(long, (read(archive, "b/c.npy")))
      assert.equal("", (read(archive, "empty")))
      assert.equal(#long, archive:size("b/c.npy"))
      assert.same({ nil, 'no entry "d"' }, { archive:read("d") })
    end
  end)

  it("writes the same bytes for the same content", function()
    assert.equal(write { { "a", long } }, write { { "a", long } })
  end)

  it("looks at the start of an entry", function()
    for _, compression in ipairs { true, false } do
      local archive = assert(open(write({ { "a", long } }, { compression = compression })))
      local bytes, size = archive:peek("a", 10)
      assert.equal(long:sub(1, 10), ffi.string(bytes, size))
      assert.equal(#long, select(2, archive:peek("a", 1e6)))
    end
  end)

  it("opens an archive without entries, and one with a comment", function()
    local nothing = write {}
    assert.same({}, assert(open(nothing)).names)
    local commented = patch(nothing, #nothing - 1, "\5\0") .. "hello"
    assert.same({}, assert(open(commented)).names)
  end)

  it("reads the archives that NumPy streams", function()
    local bytes, size = files.read "spec/fixtures/streamed.npz"
    local archive = assert(zip.open(bytes, size))
    assert.same({ "matrix.npy", "row.npy" }, archive.names)
    assert.equal(archive:size("row.npy"), select(2, archive:read("row.npy")))
  end)

  describe("refuses", function()
    local text = write({ { "one", "first" }, { "two", "second" } }, { compression = false })
    local header_two = text:find("PK\3\4", 2, true)
    local central = text:find("PK\1\2", 1, true)
    local central_two = text:find("PK\1\2", central + 1, true)
    local finish = text:find("PK\5\6", 1, true)

    it("what is no archive", function()
      assert.matches("only 0 bytes", refusal(""))
      assert.matches("not a zip archive", refusal(("x"):rep(100)))
      assert.matches("not a zip archive", refusal(text .. "x"))
    end)

    it("a directory that is not where it is said to be", function()
      assert.matches("is not where", refusal("x" .. text))
      assert.matches("is not where", refusal(patch(text, finish + 16, "\255\255\255\255")))
      assert.matches("several parts", refusal(patch(text, finish + 4, "\1\0")))
      assert.matches("do not fit", refusal(patch(text, finish + 8, "\255\255\255\255")))
      assert.matches("bytes follow", refusal(patch(text, finish + 8, "\1\0\1\0")))
      assert.matches("damaged", refusal(patch(text, central, "PK\9\9")))
    end)

    it("a name that occurs twice", function()
      local twice = patch(text, header_two + 30, "one")
      assert.matches('"one" occurs twice', refusal(patch(twice, central_two + 46, "one")))
    end)

    it("names that lead out of the archive or hide something", function()
      for _, name in ipairs { "../", "/ab", "a\0b", "a\\b", "a\nb", ".", "a/.." } do
        if #name < 3 then name = name .. ("/"):rep(3 - #name) end
        local archive = write { { name:sub(1, 4), "x" } }
        assert.matches("name", refusal(archive))
      end
      assert.matches("no name", refusal(write { { "", "x" } }))
    end)

    it("headers that contradict the directory", function()
      assert.matches("another name", refusal(patch(text, 31, "two")))
      assert.matches("two checksums", refusal(patch(text, 15, "abcd")))
      assert.matches("two sizes", refusal(patch(text, 19, "\1")))
      assert.matches("two sizes", refusal(patch(text, 23, "\1")))
      assert.matches("another kind", refusal(patch(text, 9, "\8")))
      assert.matches("no header", refusal(patch(text, 1, "xxxx")))
    end)

    it("entries that overlap or reach past the end", function()
      -- Both records of the directory point at the first entry, as in a quine bomb.
      local same = patch(text, central_two, text:sub(central, central_two - 1))
      assert.matches("occurs twice", refusal(same))
      assert.matches("another name", refusal(patch(text, central_two + 42, "\0\0\0\0")))
      local long_one = patch(patch(text, 19, "\9\0\0\0\9"), central + 20, "\9\0\0\0\9")
      assert.matches("overlaps", refusal(long_one))
      assert.matches("cut off", refusal(patch(patch(text, header_two + 18, "\255\0\0\0\255"),
        central_two + 20, "\255\0\0\0\255")))
      assert.matches("no header", refusal(patch(text, central + 42, "\255\255\255\127")))
    end)

    it("encryption and odd methods", function()
      assert.matches("encrypted", refusal(patch(text, central + 8, "\1")))
      assert.matches("method 12", refusal(patch(text, central + 10, "\12")))
    end)

    it("sizes that no compression can reach, before anything is allocated", function()
      local packed = write { { "one", long } }
      local at = packed:find("PK\1\2", 1, true)
      assert.matches("declares 2147483647 bytes",
        refusal(patch(packed, at + 24, "\255\255\255\127")))
    end)

    it("content that does not match its checksum or size", function()
      local archive = assert(open(text:gsub("first", "worst") .. ""))
      assert.same({ nil, "one: the checksum is wrong" }, { archive:read("one") })
      local packed = write { { "one", long } }
      local at = packed:find("PK\1\2", 1, true)
      packed = patch(patch(packed, 23, "\255\1"), at + 24, "\255\1")
      archive = assert(open(packed))
      assert.same({ nil, "one: holds more data than it declares" }, { archive:read("one") })
    end)
  end)
end)
