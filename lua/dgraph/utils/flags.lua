--- Flags of a program: `--epoch 5 --smoke`.

--- Reads flags. Their types are those of the defaults; `false` is a flag without a value.
---@param arguments string[]  `arg` of the program
---@param defaults table<string, string|number|boolean>
---@return table<string, any> flags
local function read(arguments, defaults)
  local flags, names = {}, {}
  for name, value in pairs(defaults) do
    flags[name] = value
    names[#names + 1] = value == false and "--" .. name or ("--%s %s"):format(name, value)
  end
  table.sort(names)
  local i = 1
  while i <= #arguments do
    local name = arguments[i]:match "^%-%-(.+)$"
    local default = name and defaults[name]
    if default == nil then
      error(("there is no flag %s (known: %s)"):format(arguments[i], table.concat(names, " ")), 0)
    elseif default == false then
      flags[name] = true
    else
      i = i + 1
      local value = arguments[i]
      if type(default) == "number" then value = tonumber(value) end
      if value == nil then error(("--%s wants a %s"):format(name, type(default)), 0) end
      flags[name] = value
    end
    i = i + 1
  end
  return flags
end

return read
