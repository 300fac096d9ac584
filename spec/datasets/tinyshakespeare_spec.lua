local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"

describe("get_tinyshakespeare", function()
  local place

  before_each(function() place = folder.new() end)
  after_each(function() folder.remove(place) end)

  it("reads the text, packed or not", function()
    folder.write(place .. "/input.txt", "First Citizen:\n")
    assert.equal("First Citizen:\n", datasets.get_tinyshakespeare { folder = place })
    assert(os.execute("gzip " .. place .. "/input.txt") == 0)
    assert.equal("First Citizen:\n", datasets.get_tinyshakespeare { folder = place })
  end)

  it("tells what is missing", function()
    local done, message = pcall(function() datasets.get_tinyshakespeare { folder = place } end)
    assert.is_false(done)
    assert.matches("^spec/datasets/tinyshakespeare_spec.lua:%d+: get_tinyshakespeare: "
      .. place:gsub("%p", "%%%0") .. "/input.txt is not there", message)
  end)

  it("finds it in the folder that DGRAPH_DATA names", function()
    assert(os.execute("mkdir " .. place .. "/tinyshakespeare") == 0)
    folder.write(place .. "/tinyshakespeare/input.txt", "Speak, speak.")
    local lua = os.getenv "DGRAPH_LUA" or "luajit"
    local pipe = io.popen(("LUA_PATH='lua/?.lua;lua/?/init.lua;;' DGRAPH_DATA=%s %s -e '"
      .. "io.write(require(\"dgraph\").datasets.get_tinyshakespeare { download = false })'")
      :format(place, lua))
    assert.equal("Speak, speak.", pipe:read "*a")
    pipe:close()
  end)
end)
