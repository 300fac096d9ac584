--- Handwritten digits: 28 x 28 grey images and what they show.
local TupleDataset = require "dgraph.datasets.tuple_dataset"
local convert = require "dgraph.tensor.convert"
local files = require "dgraph.utils.files"
local idx = require "dgraph.datasets.idx"

---@class dgraph.MnistOptions
---@field withlabel boolean?  true by default; false gives the images alone
---@field ndim integer?  1 (784 numbers, the default), 2 (28 x 28) or 3 (1 x 28 x 28)
---@field scale number?  what white becomes, 1 by default; black is 0
---@field dtype string?  of the images, "float32" by default
---@field label_dtype string?  "int32" by default
---@field device dgraph.Device?  where the data lies; `dg.config.device` when nil
---@field folder string?

local SIDE = 28
local SHAPES = { { SIDE * SIDE }, { SIDE, SIDE }, { 1, SIDE, SIDE } }

local function file_name(part, kind, axes) return ("%s-%s-idx%d-ubyte"):format(part, kind, axes) end

--- The path of a data file in a folder, packed or not; nil when it is not there.
local function find_file(folder, name)
  for _, ending in ipairs { "", ".gz" } do
    local path = folder .. "/" .. name .. ending
    if files.exists(path) then return path end
  end
end

--- The folder of the subset that comes with dgraph, seen from this module.
local function carried_folder()
  local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
  return here .. "/../../../examples/data/mnist_subset"
end

--- The folder to read: the one that is asked for, or else the carried one.
local function find_folder(folder)
  local tried = {}
  local asked = folder or os.getenv "DGRAPH_DATA"
  local places = asked and { asked, asked .. "/mnist" }
    or { carried_folder(), "examples/data/mnist_subset" }
  for _, place in ipairs(places) do
    if find_file(place, file_name("train", "images", 3)) then return place end
    tried[#tried + 1] = "  " .. place
  end
  error("get_mnist: no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in\n"
    .. table.concat(tried, "\n")
    .. "\n(give the folder as opts.folder or in the environment variable DGRAPH_DATA)", 3)
end

local function read_array(folder, name)
  local path = find_file(folder, name)
  if not path then error(("get_mnist: no %s or %s.gz in %s"):format(name, name, folder), 0) end
  local array, message = idx.read(path)
  if not array then error("get_mnist: " .. message, 0) end
  return array, path
end

local function read_images(folder, part, opts)
  local array, path = read_array(folder, file_name(part, "images", 3))
  local shape = { array.shape[1], unpack(SHAPES[opts.ndim or 1]) }
  if #array.shape ~= 3 or array.shape[2] ~= SIDE or array.shape[3] ~= SIDE then
    error(("get_mnist: %s does not hold images of %d x %d"):format(path, SIDE, SIDE), 0)
  end
  local images = require "dgraph".empty(shape,
    { dtype = opts.dtype or "float32", device = "cpu" })
  local source, target, factor = array.data, images:pointer(), (opts.scale or 1) / 255
  for i = 0, array.count - 1 do target[i] = source[i] * factor end
  return images:to(opts.device or convert.default_device())
end

local function read_labels(folder, part, opts)
  local array, path = read_array(folder, file_name(part, "labels", 1))
  if #array.shape ~= 1 then error(("get_mnist: %s does not hold labels"):format(path), 0) end
  local labels = require "dgraph".empty(array.shape,
    { dtype = opts.label_dtype or "int32", device = "cpu" })
  local source, target = array.data, labels:pointer()
  for i = 0, array.count - 1 do
    if source[i] > 9 then error(("get_mnist: %s: %d is no digit"):format(path, source[i]), 0) end
    target[i] = source[i] + 1
  end
  return labels:to(opts.device or convert.default_device())
end

local function read_part(folder, part, opts)
  local images = read_images(folder, part, opts)
  if opts.withlabel == false then return images end
  local labels = read_labels(folder, part, opts)
  if labels.size ~= images.shape[1] then
    error(("get_mnist: %d images and %d labels in %s"):format(images.shape[1], labels.size, folder),
      0)
  end
  return TupleDataset(images, labels)
end

--- The MNIST data set, or the part of it that comes with dgraph. A folder with the four idx files,
--- packed or not, is taken from `opts.folder` or from the environment variable DGRAPH_DATA; without
--- either it is the carried part: 2,500 images to train on and 500 to test.
---
--- Labels are positions among ten classes, and those count from 1: the digit d has the label d + 1.
---@param opts? dgraph.MnistOptions
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
local function get_mnist(opts)
  opts = opts or {}
  if not SHAPES[opts.ndim or 1] then
    error(("get_mnist: ndim is 1, 2 or 3, not %s"):format(tostring(opts.ndim)), 2)
  end
  local folder = find_folder(opts.folder)
  local done, train, test = pcall(function()
    return read_part(folder, "train", opts), read_part(folder, "t10k", opts)
  end)
  if not done then error(train, 2) end
  return train, test
end

return get_mnist
