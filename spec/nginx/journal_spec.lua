-- The journal by itself: what is written is read, and nothing else ever is.
local nginx = require "spec.support.nginx"

package.path = "rocks/lua-resty-dgraph/lib/?.lua;" .. package.path

local is_linux = require("ffi").os == "Linux"
local describe_here = is_linux and describe or pending

describe_here("resty.dgraph.journal", function()
  local journal, system, dense, labels, sparse
  local folder, before

  setup(function()
    before = rawget(_G, "ngx")
    rawset(_G, "ngx", { now = os.time, crc32_long = function() return 1 end })
    journal, system = require "resty.dgraph.journal", require "resty.dgraph.system"
    dense, labels = require "resty.dgraph.dense", require "resty.dgraph.labels"
    sparse = require "resty.dgraph.sparse"
  end)
  teardown(function() rawset(_G, "ngx", before) end)
  before_each(function()
    local pipe = io.popen "mktemp -d"
    folder = pipe:read "*l"
    pipe:close()
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  --- Writes `count` records; gives the path of the file and the last record's bytes.
  local function write(count, input, target)
    local writer, size = journal.writer(folder, 77, 3), nil
    for i = 1, count do
      input:read({ { i, 2 } }, 1, 1)
      target:read({ 1 + i % 3 }, 1, 1)
      local bytes
      bytes, size = journal.encode(i, i, input, target)
      assert(writer:append(5, bytes, size))
    end
    assert(writer:close())
    return journal.list(folder)[1], size
  end

  local function readers() return dense.new({ 2 }, 4, "instance"), labels.new(3, 1, 1, 4, {}) end

  it("gives back what was written", function()
    local input, target = readers()
    local path = write(3, input, target)
    assert.equal(5, journal.epoch_of(path))
    local records = assert(journal.read(path, 77))
    assert.equal(3, #records)
    for i, record in ipairs(records) do
      assert.same({ i, i, 1 }, { record.order, record.seq, record.count })
      assert(input:unpack(record.input, record.input_bytes, record.count))
      assert(target:unpack(record.target, record.target_bytes, record.count))
      assert.same({ { i, 2 } }, input:tensors():totable())
      assert.same({ 1 + i % 3 }, target:tensors():totable())
    end
    assert.falsy(journal.read(path, 78))
  end)

  it("gives back features with values", function()
    local input, target = sparse.new(10, 0, 4, 5), labels.new(2, 0, 0, 4, { 1 })
    assert(input:read({ { 0, 9 }, { indices = { 3 }, values = { 0.5 } } }, 1, 2))
    assert(target:read({ 1, 0 }, 1, 2))
    local bytes, size = journal.encode(1, 1, input, target)
    local record = journal.decode(bytes, 0, size, nil)
    assert(input:read({ { 5 } }, 1, 1))
    assert(input:unpack(record.input, record.input_bytes, record.count))
    local ids, values = input:tensors()
    assert.same({ { { 1, 10 }, { 4, -1 } }, { { 1, 1 }, { 0.5, 1 } } },
      { ids:totable(), values:totable() })
  end)

  it("reads what is whole of a file that was cut off anywhere", function()
    local path, size = write(4, readers())
    local text = nginx.read(path)
    local head = #text - 4 * size
    for length = 0, #text do
      nginx.write(path, text:sub(1, length))
      local records = assert(journal.read(path, 77))
      assert.equal(math.max(0, math.floor((length - head) / size)), #records)
    end
  end)

  it("takes no damaged record for a whole one", function()
    local path, size = write(3, readers())
    local text = nginx.read(path)
    local refused = 0
    for at = 1, #text do
      local byte = string.char((text:byte(at) + 1 + at % 254) % 256)
      nginx.write(path, text:sub(1, at - 1) .. byte .. text:sub(at + 1))
      local records = journal.read(path, 77)
      if not records then refused = refused + 1 end
      for i, record in ipairs(records or {}) do
        assert.same({ i, 1, 8 }, { record.seq, record.count, record.input_bytes })
      end
      assert.truthy(not records or #records < 3 or at > 12 and at <= 16, at)
    end
    assert.truthy(refused > size)
  end)

  it("appends all of a record or nothing, and tells when the disk fails", function()
    local input, target = readers()
    local writer = journal.writer(folder, 77, 1)
    input:read({ { 1, 2 } }, 1, 1)
    target:read({ 1 }, 1, 1)
    local bytes, size = journal.encode(1, 1, input, target)
    assert(writer:append(1, bytes, size))
    local append, sync = system.append, system.sync
    finally(function() system.append, system.sync = append, sync end)
    system.append = function() return nil, "full" end
    assert.same({ nil, "full" }, { writer:append(1, bytes, size) })
    system.append = append
    assert(writer:append(1, bytes, size))
    writer:take_back(size)
    system.sync = function() return nil, "broken" end
    assert.same({ nil, "broken" }, { writer:sync() })
    system.sync = sync
    assert.equal(1, writer.broken)
    assert(writer:append(1, bytes, size)) -- to a new file
    assert(writer:sync())
    local count = 0
    for _, path in ipairs(journal.list(folder)) do count = count + #journal.read(path, 77) end
    assert.same({ 2, 2 }, { #journal.list(folder), count })
  end)
end)
