local ffi = require "ffi"
local files = require "dgraph.utils.files"

local ENOSPC, EINTR = 28, 4

local function text_of(path)
  local bytes, size = files.read(path)
  return bytes and ffi.string(bytes, size)
end

local function listing(folder)
  local pipe = io.popen("ls -a '" .. folder .. "'")
  local names = pipe:read("*a")
  pipe:close()
  return names
end

describe("files", function()
  local folder, path

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder) == 0)
    path = folder .. "/model.npz"
  end)

  after_each(function() os.execute("rm -rf " .. folder) end)

  it("writes strings and memory, and reads them back", function()
    local memory = ffi.new("uint8_t[3]", { 1, 0, 255 })
    assert.is_true(files.write(path, { "head", { memory, 3 }, "", "tail" }))
    assert.equal("head\1\0\255tail", text_of(path))
    assert.is_true(files.write(path, "second"))
    assert.equal("second", text_of(path))
    assert.equal(".\n..\nmodel.npz\n", listing(folder))
  end)

  it("knows what exists", function()
    assert.is_false(files.exists(path))
    files.write(path, "")
    assert.is_true(files.exists(path))
    assert.equal("", text_of(path))
  end)

  it("refuses to read what is missing, a folder, or too large", function()
    assert.matches("No such file", select(2, files.read(path)))
    assert.matches("Is a directory", select(2, files.read(folder)))
    files.write(path, "12345")
    assert.matches("5 bytes are more than the limit of 4", select(2, files.read(path, 4)))
  end)

  it("keeps a symbolic link and replaces what it points at", function()
    files.write(path, "old")
    os.execute(("ln -s model.npz %s/link"):format(folder))
    assert.is_true(files.write(folder .. "/link", "new"))
    assert.equal("new", text_of(path))
    assert.is_true(os.execute(("test -L %s/link"):format(folder)) == 0)
  end)

  it("says why a folder cannot be written to", function()
    local done, message = files.write(folder .. "/missing/x", "data")
    assert.is_nil(done)
    assert.matches("cannot write .*/missing/x: No such file or directory", message)
  end)

  it("removes what a killed process has left behind, and nothing else", function()
    for _, name in ipairs { "model.npz.tmp-1a2b", "model.npz.tmp-x", "other.tmp-1a2b" } do
      assert(io.open(folder .. "/" .. name, "w")):close()
    end
    assert.is_true(files.write(path, "data"))
    assert.equal(".\n..\nmodel.npz\nmodel.npz.tmp-x\nother.tmp-1a2b\n", listing(folder))
  end)

  it("keeps the files before, the newest first", function()
    for i = 1, 5 do assert(files.write(path, tostring(i), 3)) end
    assert.same({ "5", "4", "3" }, { text_of(path), text_of(path .. ".1"), text_of(path .. ".2") })
    assert.equal(".\n..\nmodel.npz\nmodel.npz.1\nmodel.npz.2\n", listing(folder))
    files.write(path, "6", 2)
    files.write(path, "7")
    assert.same({ "7", "5", "3" }, { text_of(path), text_of(path .. ".1"), text_of(path .. ".2") })
  end)

  it("maps files, privately, as long as the pointer lives", function()
    files.write(path, "12345")
    local bytes, size = assert(files.map(path))
    bytes[0] = 65
    files.write(path, "x")
    assert.equal("A2345", ffi.string(bytes, size))
    assert.equal("x", text_of(path))
    files.write(path, "")
    assert.equal(0, select(2, assert(files.map(path))))
    assert.matches("No such file", select(2, files.map(path .. "-")))
    assert.same({ nil, folder .. ": Is a directory" }, { files.map(folder) })
  end)

  describe("when a call fails", function()
    local sys, real = files.sys, {}

    before_each(function()
      for name, call in pairs(sys) do real[name] = call end
      files.write(path, "old")
    end)

    after_each(function()
      for name, call in pairs(real) do sys[name] = call end
    end)

    --- Lets the k-th call of `name` fail once, or all from then on.
    local function fail(name, k, code, forever)
      local count = 0
      sys[name] = function(...)
        count = count + 1
        if count == k or forever and count > k then
          ffi.errno(code)
          return -1
        end
        return real[name](...)
      end
    end

    it("keeps the old file and leaves nothing beside it", function()
      for _, case in ipairs { { "open", 1 }, { "write", 1 }, { "write", 2 }, { "fsync", 1 },
        { "close", 1 }, { "rename", 1 } } do
        fail(case[1], case[2], ENOSPC, true)
        local done, message = files.write(path, { "new ", "content" })
        sys[case[1]] = real[case[1]]
        assert.is_nil(done)
        assert.matches("No space left on device", message)
        assert.equal("old", text_of(path))
        assert.equal(".\n..\nmodel.npz\n", listing(folder))
      end
    end)

    it("has a whole file of each generation, whichever call it is", function()
      for _, name in ipairs { "link", "rename", "unlink", "write", "fsync", "close", "open" } do
        for k = 1, 4 do
          for i = 1, 4 do files.write(path, tostring(i), 3) end
          fail(name, k, ENOSPC, true)
          files.write(path, "5", 3)
          sys[name] = real[name]
          local newest = text_of(path) or text_of(path .. ".1")
          assert.is_true(newest == "5" or newest == "4")
          local older = text_of(path .. ".1") or text_of(path .. ".2")
          assert.is_true(tonumber(older) >= 3)
          assert.is_true(files.write(path, "6", 3))
          assert.is_nil(listing(folder):find "tmp")
        end
      end
    end)

    it("does without hard links", function()
      sys.link = function() return -1 end
      for i = 1, 3 do assert(files.write(path, tostring(i), 3)) end
      assert.same({ "3", "2" }, { text_of(path), text_of(path .. ".1") })
    end)

    it("tells that the folder was not synced", function()
      fail("fsync", 2, 5)
      assert.matches("cannot sync the folder", select(2, files.write(path, "new")))
    end)

    it("goes on after a signal and after a short write", function()
      fail("write", 1, EINTR)
      local interrupted = sys.write
      sys.write = function(fd, data, size) return interrupted(fd, data, math.min(size, 2)) end
      fail("open", 1, EINTR)
      fail("fsync", 1, EINTR)
      assert.is_true(files.write(path, "a longer text"))
      assert.equal("a longer text", text_of(path))
    end)

    it("calls write, fsync, rename, fsync in this order", function()
      local order = {}
      for name, call in pairs(real) do
        sys[name] = function(...)
          order[#order + 1] = name
          return call(...)
        end
      end
      files.write(path, "new")
      assert.equal("open write fsync close rename open fsync close", table.concat(order, " "))
    end)
  end)

  it("leaves a whole file when the writer is killed", function()
    local script = folder .. "/writer.lua"
    local file = assert(io.open(script, "w"))
    file:write(([[
      local files = require "dgraph.utils.files"
      for i = 0, 1e9 do files.write(%q, string.char(97 + i %% 26):rep(100000)) end]]):format(path))
    file:close()
    files.write(path, ("a"):rep(100000))
    for i = 1, 20 do
      os.execute(("LUA_PATH=%q luajit %s & sleep 0.0%d; kill -9 $!; wait $! 2>/dev/null"):format(
        package.path, script, i % 9 + 1))
      local text = text_of(path)
      assert.equal(100000, #text)
      assert.equal(text:sub(1, 1):rep(100000), text)
    end
    files.write(path, "end")
    assert.equal(".\n..\nmodel.npz\nwriter.lua\n", listing(folder))
  end)
end)
