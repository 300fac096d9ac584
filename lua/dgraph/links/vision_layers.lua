--- What the networks for photographs share: layers that have names, and the preparation of images.
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local check = require "dgraph.check"
local config = require "dgraph.config"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local npz = require "dgraph.serializers.npz"
local parameter = require "dgraph.parameter"
local scope = require "dgraph.scope"

---@class dgraph.VisionLayers: dgraph.Chain
---@field available_layers string[]  the names that forward and extract take, in order
---@field insize integer  the height and width of the images that it was made for: 224
---@field classes integer  how many it tells apart: 1000. A class of one's own may set all of these
---  to others, before `init`, for a smaller network.
---@field default_layer string  what `extract` gives if it is not told
---@field steps table[]  for each layer its name, and what it does: names of fields, and functions.
---  One that goes on from an earlier layer than that before it names that, `from`, and none goes on
---  from it.
local VisionLayers = Chain:extend("VisionLayers")

VisionLayers.insize, VisionLayers.classes = 224, 1000

--- Lists the layers, and loads a file.
---@param pretrained_model? string  the path of an .npz file; nil: the parameters stay as they are
function VisionLayers:_finish(pretrained_model)
  local names = {}
  for i, step in ipairs(self.steps) do names[i] = step[1] end
  self.available_layers = names
  if pretrained_model == nil then return end
  if type(pretrained_model) ~= "string" then
    errors.raisef("%s: pretrained_model is the path of an .npz file or nil, not %s", self._name,
      check.spell(pretrained_model))
  end
  if parameter.is_unfilled() then
    errors.raisef("%s: a model's file names another file", self._name)
  end
  local report, message = npz.load_npz(pretrained_model, self)
  if not report then errors.raisef("%s: %s", self._name, message) end
end

--- A file of the model has what the other file had.
function VisionLayers:_construction()
  local given = Chain._construction(self)
  return { n = given.n, nil, unpack(given, 2, given.n) }
end

--- The layers in order: for each its name, the functions that it consists of, and where it does not
--- go on from the one before it, from which it does.
---@return { name: string, from: string?, [integer]: fun(x: dgraph.Tensor): dgraph.Tensor }[]
function VisionLayers:functions()
  local list = {}
  for i, step in ipairs(self.steps) do
    list[i] = { name = step[1], from = step.from }
    for k = 2, #step do
      list[i][k - 1] = type(step[k]) == "string" and self[step[k]] or step[k]
    end
  end
  return list
end

--- The layers that are asked for, as a set.
local function read_layers(self, layers)
  local known, wanted = {}, {}
  for _, name in ipairs(self.available_layers) do known[name] = true end
  for _, name in ipairs(layers) do
    if not known[name] then
      errors.raisef("%s: there is no layer %s (known: %s)", self._name, check.spell(name),
        table.concat(self.available_layers, ", "))
    end
    wanted[name] = true
  end
  return wanted
end

--- The layers of the main way that are asked for, or from which one that is asked for goes aside,
--- as a set, and how many they are.
local function needed_of(list, wanted)
  local needed, count = {}, 0
  for _, layer in ipairs(list) do
    local name = layer.from or layer.name
    if wanted[layer.name] and not needed[name] then needed[name], count = true, count + 1 end
  end
  return needed, count
end

local function run(layer, x)
  for _, f in ipairs(layer) do x = f(x) end
  return x
end

--- Computes as far as the last of the layers that are asked for.
---@param x dgraph.Tensor  batch x 3 x height x width: images from `prepare`
---@param layers? string[]  { "prob" } by default
---@return table<string, dgraph.Tensor>  what these layers give, by their names
function VisionLayers:forward(x, layers)
  local wanted, list = read_layers(self, layers or { "prob" }), self:functions()
  local needed, left = needed_of(list, wanted)
  local reached, activations = {}, {}
  for _, layer in ipairs(list) do
    local name = layer.name
    if layer.from then
      if wanted[name] then activations[name] = run(layer, reached[layer.from]) end
    elseif left > 0 then
      x = run(layer, x)
      if needed[name] then reached[name], left = x, left - 1 end
      if wanted[name] then activations[name] = x end
    end
  end
  return activations
end

--- Images in one tensor, prepared to one size.
local function batch(self, images, size)
  if type(images) ~= "table" or #images == 0 then
    errors.raisef("%s: images is a list of tensors, got %s", self._name, check.spell(images))
  end
  local prepared = {}
  for i, image in ipairs(images) do prepared[i] = self.prepare(image, size) end
  return F.stack(prepared)
end

--- Prepares images and computes layers of them: features for other uses.
---@param images dgraph.Tensor[]  as `prepare` takes them
---@param layers? string[]  the last but the classes by default: fc7, or pool5
---@param size? integer[]  height and width
---@return table<string, dgraph.Tensor>
function VisionLayers:extract(images, layers, size)
  local x = batch(self, images, size or { self.insize, self.insize })
  local activations = self(x, layers or { self.default_layer })
  return activations
end

--- Four corners and the middle, and their mirror images, as a new axis behind the batch.
local function oversample(x, size)
  local high, wide = x.shape[3] - size, x.shape[4] - size
  local crops = {}
  for i, place in ipairs {
    { 0, 0 }, { 0, wide }, { high, 0 }, { high, wide },
    { math.floor(high / 2), math.floor(wide / 2) },
  } do
    local top, left = place[1], place[2]
    local crop = x[{ {}, {}, { top + 1, top + size }, { left + 1, left + size } }]
    crops[i], crops[i + 5] = crop, F.flip(crop, 4)
  end
  return F.stack(crops, 2)
end

local function predict(self, images, oversampled)
  local size = self.insize
  local larger = math.floor(size * 8 / 7)
  local x = batch(self, images, { larger, larger })
  if not oversampled then
    local from = math.floor((larger - size) / 2) + 1
    local part = { from, from + size - 1 }
    return self(x[{ {}, {}, part, part }]).prob
  end
  local crops = oversample(x, size)
  local shape = crops.shape
  local y = self(crops:reshape { shape[1] * 10, shape[3], size, size }).prob
  return F.mean(y:reshape { shape[1], 10, -1 }, 2)
end

--- The probability of each class, without a record and as in use (dropout does nothing).
---@param images dgraph.Tensor[]  as `prepare` takes them
---@param oversampled? boolean  true by default: the mean over ten pieces of each image, corners,
---  middle, and what these are in a mirror; false: the middle
---@return dgraph.Tensor  images x classes
function VisionLayers:predict(images, oversampled)
  return scope.scope(config.no_backprop_mode, config.test_mode, predict, self, images,
    oversampled ~= false)
end

--- An image as channels x height x width.
local function channels_first(image)
  local shape = image.shape
  if #shape == 2 then return image:reshape { 1, shape[1], shape[2] } end
  if #shape == 3 and (shape[1] == 1 or shape[1] == 3) then return image end
  if #shape == 3 and (shape[3] == 1 or shape[3] == 3) then return image:transpose { 3, 1, 2 } end
  errors.raisef("prepare: wanted an image of height x width, perhaps with 1 or 3 channels, got %s",
    table.concat(shape, "x"))
end

local function prepare(image, size, mean)
  local x = F.cast(channels_first(image), config.values.dtype)
  local channels, height, width = unpack(x.shape)
  if size then
    x = F.resize_images(x:reshape { 1, channels, height, width }, size)
    height, width = size[1], size[2]
  end
  x = F.broadcast_to(x:reshape { channels, height, width }, { 3, height, width })
  mean = create.tensor(mean, { dtype = x.dtype, device = x.device })
  return F.flip(x, 1) - mean:reshape { 3, 1, 1 }
end

--- Makes the function `prepare` of a class: an image as the network was trained with them.
---@param mean number[]  what is taken off: of blue, green and red
---@return fun(image: dgraph.Tensor, size?: integer[]|false): dgraph.Tensor
function VisionLayers.preparation(mean)
  return function(image, size)
    check.tensor(image, "prepare", "image")
    if size == nil then size = { 224, 224 } end
    return scope.scope(config.no_backprop_mode, prepare, image, size, mean)
  end
end

return VisionLayers
