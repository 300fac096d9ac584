--- The files of MNIST, which other data sets have as well: images of 28 x 28 in ten classes.
local errors = require "dgraph.errors"
local TupleDataset = require "dgraph.datasets.tuple_dataset"
local download = require "dgraph.dataset.download"
local idx = require "dgraph.datasets.idx"
local image_arrays = require "dgraph.datasets.image_arrays"

---@class dgraph.ImagesOptions: dgraph.FetchOptions
---@field withlabel boolean?  true by default; false gives the images alone
---@field ndim integer?  1 (one row of numbers), 2 (height x width) or 3 (channels x height x width)
---@field scale number?  what white becomes, 1 by default; black is 0
---@field dtype dgraph.Dtype?  of the images, "float32" by default
---@field label_dtype dgraph.Dtype?  "int32" by default
---@field device dgraph.Device?  where the data lies; `dg.config.device` when nil

local SIDE = 28
local SHAPES = { { SIDE * SIDE }, { SIDE, SIDE }, { 1, SIDE, SIDE } }

local mnist_files = {}

--- The names of the four files, without what stands behind them when they are packed.
mnist_files.NAMES = {
  train = { images = "train-images-idx3-ubyte", labels = "train-labels-idx1-ubyte" },
  test = { images = "t10k-images-idx3-ubyte", labels = "t10k-labels-idx1-ubyte" },
}

local function read_array(path, who)
  local array, message = idx.read(path)
  if not array then error(("%s: %s"):format(who, message), 0) end
  return array
end

local function read_images(path, opts, who)
  local array = read_array(path, who)
  if #array.shape ~= 3 or array.shape[2] ~= SIDE or array.shape[3] ~= SIDE then
    error(("%s: %s does not hold images of %d x %d"):format(who, path, SIDE, SIDE), 0)
  end
  local shape = { array.shape[1], unpack(SHAPES[opts.ndim or 1]) }
  return image_arrays.images(shape, opts, function(i) return array.data + i * SIDE * SIDE end)
end

local function read_labels(path, opts, who)
  local array = read_array(path, who)
  if #array.shape ~= 1 then error(("%s: %s does not hold labels"):format(who, path), 0) end
  local labels, wrong = image_arrays.labels(array.count, opts, 10,
    function(i) return array.data[i] end)
  if not labels then error(("%s: %s: %d is no class"):format(who, path, wrong), 0) end
  return labels
end

--- Wrong options are the caller's mistake.
---@param opts dgraph.ImagesOptions
---@param who string
function mnist_files.check(opts, who)
  if not SHAPES[opts.ndim or 1] then
    errors.raisef("%s: ndim is 1, 2 or 3, not %s", who, tostring(opts.ndim))
  end
end

--- One part of a data set; raises errors without a position.
---@param images string  path
---@param labels string  path
---@param opts dgraph.ImagesOptions
---@param who string
---@return dgraph.TupleDataset|dgraph.Tensor
function mnist_files.read(images, labels, opts, who)
  local x = read_images(images, opts, who)
  if opts.withlabel == false then return x end
  local t = read_labels(labels, opts, who)
  if t.size ~= x.shape[1] then
    error(("%s: %d images and %d labels in %s"):format(who, x.shape[1], t.size,
      images:match "^(.*)/"), 0)
  end
  return TupleDataset(x, t)
end

--- A data set of this form whose files lie packed at one address, fetched where they are not there.
---@param name string  of its folder
---@param list { [1]: string, [2]: string }[]  the files and their sums
---@param url string
---@param opts dgraph.ImagesOptions?
---@param who string
---@return dgraph.TupleDataset|dgraph.Tensor train
---@return dgraph.TupleDataset|dgraph.Tensor test
function mnist_files.fetch(name, list, url, opts, who)
  opts = opts or {}
  mnist_files.check(opts, who)
  local paths, message = download.locate(name, list, url, opts)
  if not paths then errors.raisef("%s: %s", who, message) end
  local function read(part)
    local names = mnist_files.NAMES[part]
    return mnist_files.read(paths[names.images .. ".gz"], paths[names.labels .. ".gz"], opts, who)
  end
  local done, train, test = pcall(function() return read "train", read "test" end)
  if not done then errors.raise(train) end
  return train, test
end

return mnist_files
