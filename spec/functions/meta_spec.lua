local dg = require "dgraph"
local tensor = require "dgraph.tensor"

local PATH = "lua/dgraph/functions/meta.lua"

describe("the operators for editors", function()
  local file = assert(io.open(PATH))
  local text = file:read "*a"
  file:close()

  it("is Lua", function() assert(loadfile(PATH)) end)

  it("has all functions, and all methods of tensors", function()
    local missing = {}
    local function want(line)
      if not text:find(line, 1, true) then missing[#missing + 1] = line end
    end
    for name in pairs(dg.functions) do
      want(name == "repeat" and "\nF[\"repeat\"] = F.repeat_\n" or "\nfunction F." .. name .. "(")
    end
    for name in pairs(tensor.methods) do want("\nfunction Tensor:" .. name .. "(") end
    assert.same({}, missing)
  end)

  it("tells types, defaults and results", function()
    assert.truthy(text:find([[
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.sum(x, axis, keepdims) end
]], 1, true))
    assert.truthy(text:find([[
---@param sizes integer|integer[]
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function Tensor:split(sizes, axis) end
]], 1, true))
    assert.truthy(text:find("\nfunction Tensor:reshape(shape, ...) end\n", 1, true))
  end)

  it("is loaded by nobody", function()
    assert.is_nil(package.loaded["dgraph.functions.meta"])
  end)
end)
