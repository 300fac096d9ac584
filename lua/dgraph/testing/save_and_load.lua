--- The way of a state through a file.
local errors = require "dgraph.errors"
local npz = require "dgraph.serializers.npz"

local saving = {}

--- Saves `src` to a file, loads that into `dst`, and removes it.
---@param src { serialize: function }
---@param dst { serialize: function }
---@param saver fun(path: string, src: any): any, string?
---@param loader fun(path: string, dst: any): any, string?
function saving.save_and_load(src, dst, saver, loader)
  local path = os.tmpname()
  local ok, problem = pcall(function()
    local done, message = saver(path, src)
    if done == nil and message then errors.raise("save_and_load: " .. message) end
    done, message = loader(path, dst)
    if done == nil and message then errors.raise("save_and_load: " .. message) end
  end)
  os.remove(path)
  if not ok then error(problem, 0) end
end

--- Saves `src` as .npz, and loads that into `dst`.
---@param src { serialize: function }
---@param dst { serialize: function }
function saving.save_and_load_npz(src, dst)
  saving.save_and_load(src, dst, npz.save_npz, npz.load_npz)
end

return saving
