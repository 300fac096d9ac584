--- Files that hold a whole model: what it is made of, and its parameters. They are .safetensors, so
-- that other programs can read the numbers, with the description in the metadata. Nothing in them
-- is run: a file can only name classes and functions that the program has.
local Load = require "dgraph.serializers.deserializer"
local architecture = require "dgraph.serializers.architecture"
local config = require "dgraph.config"
local dictionary = require "dgraph.serializers.dictionary"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local generations = require "dgraph.serializers.generations"
local json = require "dgraph.serializers.json"
local kinds = require "dgraph.link_kinds"
local parameter = require "dgraph.parameter"
local random = require "dgraph.random"
local safetensors = require "dgraph.serializers.safetensors"
local safetensors_file = require "dgraph.serializers.safetensors_file"

local model_file = {}

local KEY, VERSION = "dgraph.model", 1

--- Where arguments that are tensors lie among the parameters.
local PREFIX = "dgraph.arguments/"

local function state_of(link)
  local serializer, state = dictionary.DictionarySerializer()
  link:serialize(serializer)
  return state
end

-- Building -------------------------------------------------------------------------------------

--- Stops what a file describes from being much larger than the file.
local function budget(bytes)
  return function(shape)
    local count = type(shape) == "number" and shape or 1
    if type(shape) == "table" then
      for _, size in ipairs(shape) do count = count * size end
    end
    bytes = bytes - 4 * count - 64
    if bytes < 0 or count ~= count then error("the parameters are larger than the file", 0) end
  end
end

local function tensors_by_path(link)
  local params, links = {}, {}
  for path, param in link:namedparams() do params[path] = param end
  for path, child in link:namedlinks() do links[path] = child end
  return params, links
end

--- Has two places hold one parameter.
local function tie(link, shared)
  local params, links = tensors_by_path(link)
  for path, first in pairs(shared) do
    local folder, name = path:match "^(.*)/([^/]+)$"
    local owner = links[folder == "" and "/" or folder]
    if not (owner and params[path] and params[first]) then error("odd shared parameters", 0) end
    if kinds.id(params[path]) ~= kinds.id(params[first]) then owner[name] = params[first] end
  end
end

--- Makes the model of a description, with parameters that are not filled yet. Random numbers go on
--- as if nothing had been made.
local function build(description, tensors, size)
  local state = random.get_state()
  local done, link, message = parameter.unfilled(budget(4 * size + 1e6), function()
    local made, why = config.using_config("dtype", description.dtype, architecture.build,
      description.root, tensors)
    if made then tie(made, description.shared) end
    return made, why
  end)
  random.set_state(state)
  if not done then return nil, tostring(link) end
  return link, message
end

-- Saving ---------------------------------------------------------------------------------------

--- The dtype that the parameters were made with.
local function dtype_of(link)
  local first = link:params()()
  return first and first.dtype or config.config.dtype
end

--- The parameters that come a second time: their paths, and the first one's.
local function shared_parameters(link)
  local first, shared = {}, {}
  for path, param in link:namedparams() do
    local id = kinds.id(param)
    if first[id] then
      shared[path] = first[id]
    else
      first[id] = path
    end
  end
  return shared
end

--- What a layer was made with, as text, for a comparison.
local function spell(link) return json.encode((architecture.describe(link, true))) end

--- Looks for layers that are others than the description makes.
local function compare_layers(link, copy)
  local _, links = tensors_by_path(copy)
  for path, child in link:namedlinks() do
    local twin = links[path]
    if path ~= "/" and not twin then
      errors.raisef("save_model: %s: it was added to the model later, so that what made the model "
        .. "does not make it", path)
    elseif twin and (getmetatable(twin) ~= getmetatable(child) or spell(twin) ~= spell(child)) then
      errors.raisef("save_model: %s: it is another layer than the one that the model was made with",
        path)
    end
  end
end

local function same_kind(a, b)
  if a == nil or b == nil or a == dictionary.none or b == dictionary.none then return true end
  if type(a) ~= "cdata" or type(b) ~= "cdata" then return type(a) == type(b) end
  if a.dtype ~= b.dtype or #a.shape ~= #b.shape then return false end
  for i, size in ipairs(a.shape) do
    if size ~= b.shape[i] then return false end
  end
  return true
end

--- Makes the model once more from the description, and compares: what cannot be loaded is not
--- saved.
local function try(link, state, description, tensors, size)
  local copy, message = build(description, tensors, size)
  if not copy then errors.raisef("save_model: the model cannot be made again: %s", message) end
  compare_layers(link, copy)
  local again = state_of(copy)
  for _, key in ipairs(dictionary.keys(state)) do
    if again[key] == nil then
      errors.raisef("save_model: /%s: it was added later, so that what made the model does not "
        .. "make it", key)
    elseif not same_kind(state[key], again[key]) then
      errors.raisef("save_model: /%s: its shape or dtype is not what the model is made with", key)
    end
  end
  for key in pairs(again) do
    if state[key] == nil then errors.raisef("save_model: /%s: the model lacks it", key) end
  end
end

--- Saves a model with all that is needed to make it: the classes of its layers, what they were made
--- with, and the parameters and persistent values. Fields that were assigned later are not saved,
--- and state that is not persistent neither. An error names what cannot be written: functions that
--- are not among `dg.functions`, layers that were changed after they were made.
---@param path string
---@param model dgraph.Link
---@param opts? dgraph.SaveOptions
---@return true? done
---@return string? message
function model_file.save_model(path, model, opts)
  if not kinds.is_link(model) then errors.raise "save_model: the model is no layer" end
  opts = opts or {}
  local root, list = architecture.describe(model)
  local description = {
    version = VERSION, root = root, dtype = dtype_of(model), shared = shared_parameters(model),
  }
  local state, tensors, size = state_of(model), {}, 0
  for i, tensor in ipairs(list) do tensors[PREFIX .. i] = tensor end
  for _, value in pairs(state) do
    if kinds.is_tensor(value) then size = size + value.nbytes end
  end
  try(model, state, description, tensors, size)
  for key, tensor in pairs(tensors) do state[key] = tensor end
  local metadata = { [KEY] = json.encode(description) }
  for key, text in pairs(opts.metadata or {}) do metadata[key] = text end
  return safetensors.write_safetensors(path, state, {
    metadata = metadata, generations = opts.generations,
  })
end

-- Loading --------------------------------------------------------------------------------------

local function read_description(text)
  if not text then return nil, "it has no description of a model, only tensors" end
  local description, message = json.decode(text)
  if description == nil then return nil, message end
  if not json.is_object(description) then return nil, "an odd description" end
  if description.version ~= VERSION then
    return nil, ("version %s of the description is not known"):format(tostring(description.version))
  end
  local dtype = description.dtype
  if not dtypes.names_float(dtype) then return nil, "an odd dtype" end
  if not json.is_object(description.shared) then return nil, "an odd description" end
  return description
end

--- The tensors that are arguments, as tensors of their own.
local function read_arguments(file)
  local tensors = {}
  for _, key in ipairs(file.keys) do
    if key:sub(1, #PREFIX) == PREFIX then
      local tensor, message = file:tensor(key)
      if not tensor then return nil, message end
      tensors[key] = tensor
    end
  end
  return tensors
end

local function fill(link, file)
  local function is_argument(key) return key:sub(1, #PREFIX) == PREFIX end
  local load = Load.new(file, nil, { is_argument })
  link:serialize(load:checker())
  if load.damage then return nil, load.damage end
  local report, problems = load:finish(), load:problems()
  if not problems and #report.unexpected > 0 then
    problems = "  not asked for: " .. report.unexpected[1]
  end
  if problems then return nil, "the tensors do not fit the model\n" .. problems end
  link:serialize(load:deserializer(true))
  return link
end

--- Opens a model's file that lies in memory.
---@param bytes ffi.cdata*
---@param size integer
---@param path? string  for messages
---@return dgraph.Link? model
---@return string? message
function model_file.from_memory(bytes, size, path)
  path = path or "model"
  local file, message = safetensors_file.from_memory(bytes, size, path)
  if not file then return nil, message end
  local description, tensors, link
  description, message = read_description(file.metadata[KEY])
  if description then tensors, message = read_arguments(file) end
  if tensors then link, message = build(description, tensors, size) end
  if link then link, message = fill(link, file) end
  if not link then return nil, ("%s: %s"):format(path, message) end
  return link
end

--- Makes the model that `save_model` has saved. Classes of the program must have been defined
--- before, under the same names; their constructors are called with what the file holds. On a file
--- that is damaged, or that names what the program does not have, `nil, message`.
---@param path string
---@return any model  a dgraph.Link
---@return string|dgraph.Found|nil message_or_found  what was loaded in place of the newest
function model_file.load_model(path)
  return generations.newest(path, function(candidate)
    local bytes, size = files.read(candidate)
    if not bytes then return nil, size end
    return model_file.from_memory(bytes, size, candidate)
  end)
end

return model_file
