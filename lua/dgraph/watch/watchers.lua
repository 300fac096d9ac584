--- The hooks that watch now.
local watchers = {
  ---@type table[]  in the order in which they came
  hooks = {},
  --- While a hook runs: what it computes is not watched.
  is_busy = false,
}

local hooks = watchers.hooks

--- The first hook is the outermost: it comes first before, and last afterwards.
local function call_all(method, application)
  local from, to, by = 1, #hooks, 1
  if method:find "post" then from, to, by = to, from, -1 end
  for i = from, to, by do
    local hook = hooks[i]
    local f = hook and hook[method]
    if f then f(hook, application) end
  end
end

--- Has all hooks look at an application.
---@param method string
---@param application dgraph.Application
---@return boolean ok
---@return any message  the error of a hook
function watchers.notify(method, application)
  watchers.is_busy = true
  local ok, message = pcall(call_all, method, application)
  watchers.is_busy = false
  return ok, message
end

return watchers
