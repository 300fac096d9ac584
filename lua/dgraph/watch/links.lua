--- Lets hooks see every call of a link.
--
-- Calling a link is calling `__call` of its class, which is its `forward`. While somebody watches,
-- another function stands there; otherwise nothing of this is in the way.
local kinds = require "dgraph.link_kinds"

---@class dgraph.LinkCall
---@field link dgraph.Link
---@field name string  of its class
---@field args { n: integer, [integer]: any }  what it was called with
---@field out { n: integer, [integer]: any }?  what it returned, in forward_postprocess
---@field depth integer  how many other links are being called around it

local links = {}

---@type table[]  those that watch all links
local hooks = {}

--- How many watch, those that watch a single link included.
local watching = 0

local is_busy, depth = false, 0

--- What was in the place of each function that stands in.
local originals = setmetatable({}, { __mode = "k" })

local function call_list(list, method, call)
  local from, to, by = 1, #list, 1
  if method ~= "forward_preprocess" then from, to, by = to, from, -1 end
  for i = from, to, by do
    local hook = list[i]
    local f = hook and hook[method]
    if f then f(hook, call) end
  end
end

--- The first hook is the outermost, and those of one link are inside of all others.
local function call_all(method, call)
  local own = {}
  for i, each in ipairs(rawget(call.link, "_link_hooks") or {}) do own[i] = each.hook end
  if method == "forward_preprocess" then call_list(hooks, method, call) end
  call_list(own, method, call)
  if method ~= "forward_preprocess" then call_list(hooks, method, call) end
end

--- Raises an error of the layer or of a hook, after all hooks know of it. Theirs would hide it.
local function fail(call, message)
  is_busy = true
  pcall(call_all, "forward_failed", call)
  is_busy = false
  error(message, 0)
end

local function notify(method, call)
  is_busy = true
  local ok, message = pcall(call_all, method, call)
  is_busy = false
  if not ok then fail(call, message) end
end

local function finish(call, ok, ...)
  depth = depth - 1
  if not ok then fail(call, (...)) end
  call.out = { n = select("#", ...), ... }
  notify("forward_postprocess", call)
  return ...
end

local function observe(forward, link, ...)
  if is_busy then return forward(link, ...) end
  local call = {
    link = link, name = link._name, args = { n = select("#", ...), ... }, depth = depth,
  }
  notify("forward_preprocess", call)
  depth = depth + 1
  return finish(call, pcall(forward, link, ...))
end

local function stand_in_for(forward)
  local function stand_in(link, ...) return observe(forward, link, ...) end
  originals[stand_in] = forward
  return stand_in
end

local function install()
  kinds.call_of = stand_in_for -- for classes that get their `forward` later
  for made in kinds.each_class() do
    local forward = rawget(made, "__call")
    if forward and not originals[forward] then rawset(made, "__call", stand_in_for(forward)) end
  end
end

local function uninstall()
  kinds.call_of = kinds.forward_itself
  for made in kinds.each_class() do
    local forward = originals[rawget(made, "__call")]
    if forward then rawset(made, "__call", forward) end
  end
end

local function count(change)
  if watching == 0 then
    depth = 0
    install()
  end
  watching = watching + change
  if watching == 0 then uninstall() end
end

--- Has a hook see all links' calls from now on.
---@param hook table
function links.add(hook)
  count(1)
  hooks[#hooks + 1] = hook
end

--- Lets a hook go.
---@param hook table
function links.remove(hook)
  for i = #hooks, 1, -1 do
    if hooks[i] == hook then
      table.remove(hooks, i)
      count(-1)
      return
    end
  end
end

--- The list of a link's hooks. When the link is collected nobody watches it any more.
local function new_list()
  local own = {}
  own.guard = newproxy(true)
  getmetatable(own.guard).__gc = function()
    if #own > 0 then count(-#own) end
  end
  return own
end

--- Has a hook see the calls of one link.
---@param link dgraph.Link
---@param hook table
---@param name string
function links.add_to(link, hook, name)
  local own = rawget(link, "_link_hooks") or new_list()
  rawset(link, "_link_hooks", own)
  count(1)
  own[#own + 1] = { name = name, hook = hook }
end

--- Takes the hook of this name off a link.
---@param link dgraph.Link
---@param name string
---@return table? hook
function links.remove_from(link, name)
  local own = rawget(link, "_link_hooks") or {}
  for i, each in ipairs(own) do
    if each.name == name then
      table.remove(own, i)
      count(-1)
      return each.hook
    end
  end
end

--- Whether anybody watches.
---@return boolean
function links.is_watching() return watching > 0 end

return links
