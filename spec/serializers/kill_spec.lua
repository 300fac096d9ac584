local ffi = require "ffi"
local dg = require "dgraph"
local files = require "dgraph.utils.files"
local serializers = dg.serializers

ffi.cdef "int dgraph_spec_usleep(unsigned int microseconds) asm(\"usleep\");"

--- How often each saver is killed: DGRAPH_KILLS=500 is for releases.
local KILLS = tonumber(os.getenv "DGRAPH_KILLS" or 8)

--- What `load_npz` and `load_safetensors` do with a new model.
local function loader(format)
  return function(path)
    local model = dg.Chain { a = dg.links.Linear(60, 50), b = dg.links.LSTM(20, 20) }
    local report, message = serializers["load_" .. format](path, model)
    assert(report, message)
    return model, report.file
  end
end

local LOAD = {
  npz = loader "npz",
  safetensors = loader "safetensors",
  model = function(path)
    local model, found = serializers.load_model(path)
    assert(model, found)
    return model, found and found.file
  end,
}

--- The number that all numbers of a model are.
local function number_of(model)
  local number
  for param in model:params() do
    number = number or param:reshape(-1)[1]:item()
    assert.equal(number * param.size, param:sum():item())
  end
  return number
end

local function shell(command, ...)
  local pipe = io.popen(command:format(...))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

describe("a saver that is killed #slow", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  --- Starts a saver, lets it save for a while, and kills it.
  local function kill_one(format, path, microseconds)
    os.remove(path .. "-saved")
    local pid = shell("LUA_PATH=%q luajit spec/serializers/saver.lua %s %s >%s 2>&1 & echo $!",
      package.path, format, path, path .. "-log")
    while not files.exists(path .. "-saved") do ffi.C.dgraph_spec_usleep(1000) end
    ffi.C.dgraph_spec_usleep(microseconds)
    os.execute("kill -9 " .. pid)
    while shell("ps -p %s -o stat= | grep -v Z", pid) ~= "" do ffi.C.dgraph_spec_usleep(1000) end
  end

  for format, load in pairs(LOAD) do
    it("of the format " .. format .. " leaves a whole file", function()
      local path = folder .. "/model"
      local delay, unfinished = 12345, 0
      for _ = 1, KILLS do
        kill_one(format, path, delay)
        delay = delay * 16807 % 20011
        if shell("ls %s", folder):find "tmp" then unfinished = unfinished + 1 end
        local model, older = load(path)
        assert.is_nil(older)
        assert.is_true(number_of(model) >= 1)
      end
      if KILLS >= 100 then assert.is_true(unfinished > 0) end -- the kills do hit
      local last = dg.Chain { a = dg.links.Linear(60, 50), b = dg.links.LSTM(20, 20) }
      assert(serializers["save_" .. format](path, last))
      assert.is_nil(shell("ls %s", folder):find "tmp")
    end)
  end
end)
