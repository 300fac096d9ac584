--- What a service is made with: known names and sensible numbers.
local options = {}

--- What a model may be given, with the types of each.
local MODEL = {
  file = "string", build = "function", optimizer = "function,table", loss = "string,function",
  output = "string,function,boolean", inputs = "table", targets = "table", exact = "boolean",
  max_gradient = "number", holdout = "table", batch = "number", step = "number",
  budget_us = "number", gather_us = "number", queue = "number",
}

local SERVICE = {
  models = "table", state = "string", fsync = "string", checkpoint_every = "number",
  journal_bytes = "number", generations = "number", skip_damaged = "boolean", open = "boolean",
  token = "string", token_file = "string", token_env = "string", private = "boolean",
  body = "number", depth = "number", seconds = "number",
}

local INPUTS = { shape = "table", sparse = "number", first = "number", per_row = "number" }
local TARGETS = { classes = "number", binary = "boolean", shape = "table", first = "number" }
local HOLDOUT = {
  every = "number", size = "number", tolerance = "number", instances = "table", targets = "table",
}

local function check(given, known, where)
  for name, value in pairs(given) do
    local kinds = known[name]
    if not kinds then
      local names = {}
      for each in pairs(known) do names[#names + 1] = each end
      table.sort(names)
      return nil, ("%s: unknown option %q (known: %s)"):format(where, tostring(name),
        table.concat(names, ", "))
    end
    if not ("," .. kinds .. ","):find("," .. type(value) .. ",", 1, true) then
      return nil, ("%s: %s is a %s, got a %s"):format(where, name, kinds:gsub(",", " or a "),
        type(value))
    end
  end
  return true
end

local function check_counts(given, names, where)
  for name in names:gmatch "%S+" do
    local value = given[name]
    if value and (value < 1 or value % 1 ~= 0) then
      return nil, ("%s: %s is %g, wanted a whole number above 0"):format(where, name, value)
    end
  end
  return true
end

local function check_shape(shape, where)
  for i, size in ipairs(shape) do
    if type(size) ~= "number" or size < 1 or size % 1 ~= 0 then
      return nil, ("%s: axis %d of the shape is no size"):format(where, i)
    end
  end
  return true
end

local function check_model(model, where)
  local ok, message = check(model, MODEL, where)
  if not ok then return nil, message end
  if (model.file == nil) == (model.build == nil) then
    return nil, where .. ": either file or build says what the model is"
  end
  if not model.inputs then return nil, where .. ": inputs are missing" end
  if model.optimizer and not model.targets then return nil, where .. ": targets are missing" end
  ok, message = check(model.inputs, INPUTS, where .. ".inputs")
  if ok and (model.inputs.shape == nil) == (model.inputs.sparse == nil) then
    ok, message = nil, where .. ".inputs: either shape or sparse says what they are"
  end
  if ok then ok, message = check_shape(model.inputs.shape or {}, where .. ".inputs") end
  if not ok then return nil, message end
  if model.targets then
    ok, message = check(model.targets, TARGETS, where .. ".targets")
    if ok then ok, message = check_shape(model.targets.shape or {}, where .. ".targets") end
    if not ok then return nil, message end
  end
  if model.holdout then
    ok, message = check(model.holdout, HOLDOUT, where .. ".holdout")
    if not ok then return nil, message end
  end
  return check_counts(model, "batch step queue", where)
end

local FSYNC = { always = true, everysec = true, no = true }

--- Checks what a service is given.
---@param given table
---@return true? ok
---@return string? message
function options.check(given)
  if type(given) ~= "table" then return nil, "options are a table" end
  local ok, message = check(given, SERVICE, "options")
  if not ok then return nil, message end
  if not given.models or next(given.models) == nil then
    return nil, "options: models are missing"
  end
  if given.fsync and not FSYNC[given.fsync] then
    return nil, "options: fsync is \"always\", \"everysec\" or \"no\""
  end
  ok, message = check_counts(given, "body depth generations journal_bytes", "options")
  if not ok then return nil, message end
  for name, model in pairs(given.models) do
    if type(name) ~= "string" or not name:find "^[%w_-]+$" or #name > 64 then
      return nil, ("options: %q cannot be a model's name: letters, digits, _ and - can"):format(
        tostring(name))
    end
    if type(model) ~= "table" then return nil, ("options: model %s is no table"):format(name) end
    ok, message = check_model(model, "model " .. name)
    if not ok then return nil, message end
  end
  return true
end

return options
