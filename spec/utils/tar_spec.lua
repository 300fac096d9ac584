local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local folder = require "spec.support.folder"
local tar = require "dgraph.utils.tar"

describe("tar", function()
  local text

  setup(function()
    local path = folder.new()
    folder.write(path .. "/in/one.bin", "first")
    folder.write(path .. "/in/" .. ("long"):rep(20) .. "/" .. ("name"):rep(20), ("x"):rep(513))
    folder.write(path .. "/in/empty", "")
    os.execute(("cd %s && ln -s one.bin in/link && tar --format=ustar -cf a.tar in"):format(path))
    text = folder.read(path .. "/a.tar")
    folder.remove(path)
  end)

  it("finds the plain files", function()
    local bytes, size = buffer.from_string(text)
    local members = assert(tar.members(bytes, size))
    local function content(name)
      return ffi.string(bytes + members[name].offset, members[name].size)
    end
    assert.equal("first", content "in/one.bin")
    assert.equal(("x"):rep(513),
      content("in/" .. ("long"):rep(20) .. "/" .. ("name"):rep(20)))
    assert.equal("", content "in/empty")
    assert.is_nil(members["in/link"])
    assert.is_nil(members["in/"])
  end)

  it("refuses what is cut off or changed", function()
    local function message(changed)
      local bytes, size = buffer.from_string(changed)
      return select(2, tar.members(bytes, size))
    end
    assert.matches("no archive", message "")
    assert.matches("no archive", message(("\0"):rep(1024)))
    assert.matches("no header at byte 0", message(("y"):rep(1024)))
    assert.matches("no header at byte 0", message("X" .. text:sub(2)))
    local first = text:find "first"
    assert.matches("ends too early", message(text:sub(1, first + 1)))
  end)
end)
