--- What a recurrent layer keeps from one step to the next.
--
-- A tensor in an ordinary field of a link is kept when its scope closes. Of a state only the last
-- value is wanted: what it replaces within one scope is given back at once, not when Lua collects
-- its garbage.
local ffi = require "ffi"
local extents = require "dgraph.extents"
local native = require "dgraph.native"

local C = native.C

local state = {}

--- By tensor: the reference that keeps it, and what tells the scope that it was set in.
local weak = { __mode = "k" }
local owners, extent_of = setmetatable({}, weak), setmetatable({}, weak)

local function hold(x)
  if C.dg_keep(x) == nil then native.raise_last() end
  owners[x], extent_of[x] = native.own_copy(x), extents.innermost()
end

local function give_back(x)
  native.check(C.dg_release(x))
  ffi.gc(owners[x], nil)
  owners[x], extent_of[x] = nil, nil
end

--- Sets the state `name` of a link to a tensor, or to nothing.
---@param link dgraph.Link
---@param name string
---@param x dgraph.Tensor?
function state.set(link, name, x)
  local values = rawget(link, "_values")
  local old = values[name]
  values[name] = x
  if old ~= nil and old ~= x and extent_of[old] and extent_of[old] == extents.innermost() then
    give_back(old)
  end
  if x == nil or native.depth == 0 then return end
  if owners[x] then extent_of[x] = nil else hold(x) end -- two links may have one state
end

return state
