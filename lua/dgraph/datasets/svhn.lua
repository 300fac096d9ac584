--- SVHN: house numbers in Google Street View, one digit in each image of 32 x 32 in colour
--- (ufldl.stanford.edu/housenumbers).
local ffi = require "ffi"
local TupleDataset = require "dgraph.datasets.tuple_dataset"
local buffer = require "dgraph.utils.buffer"
local download = require "dgraph.dataset.download"
local errors = require "dgraph.errors"
local image_arrays = require "dgraph.datasets.image_arrays"
local mat = require "dgraph.datasets.mat"

local WHO = "get_svhn"
local URL = "http://ufldl.stanford.edu/housenumbers"
local TRAIN = { "train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373" }
local TEST = { "test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3" }
local EXTRA = { "extra_32x32.mat", "a93ce644f1a588dc4d68dda5feec44a7" }
local SIDE, CHANNELS, CLASSES = 32, 3, 10
local PLANE = SIDE * SIDE
local PIXELS = CHANNELS * PLANE

local function fail(path, message, ...)
  errors.raisef("%s: %s: %s", WHO, path, message:format(...))
end

--- How many images there are: height x width x channels x images, where MATLAB drops a last 1.
local function count_images(X, path)
  local shape = X.shape
  if X.stored ~= "uint8_t" or #shape > 4 or shape[1] ~= SIDE or shape[2] ~= SIDE
    or shape[3] ~= CHANNELS then
    fail(path, "X does not hold images of %d x %d in colour", SIDE, SIDE)
  end
  return shape[4] or 1
end

--- Images whose columns lie one after the other, made into rows.
local function read_images(X, count, opts)
  local image = ffi.new("uint8_t[?]", PIXELS)
  return image_arrays.images({ count, CHANNELS, SIDE, SIDE }, opts, function(i)
    local source = X.data + i * PIXELS
    for plane = 0, PIXELS - PLANE, PLANE do
      for y = 0, SIDE - 1 do
        for x = 0, SIDE - 1 do image[plane + SIDE * y + x] = source[plane + SIDE * x + y] end
      end
    end
    return image
  end)
end

--- Digits, of which 0 is told by a 10.
local function read_labels(y, count, opts, path)
  if y.count ~= count then fail(path, "%d images and %.0f labels", count, y.count) end
  for i = 0, count - 1 do
    local label = tonumber(y.data[i])
    if not (label >= 1 and label <= CLASSES and label % 1 == 0) then
      fail(path, "%.14g is no class", label)
    end
  end
  return (image_arrays.labels(count, opts, CLASSES, function(i)
    return tonumber(y.data[i]) % CLASSES
  end))
end

local function read(path, opts)
  local withlabel = opts.withlabel ~= false
  local arrays, message = mat.read(path, withlabel and { "X", "y" } or { "X" })
  if not arrays then errors.raisef("%s: %s", WHO, message) end
  local X, y = arrays.X, arrays.y
  local count = count_images(X, path)
  local t = withlabel and read_labels(y, count, opts, path)
  local x = read_images(X, count, opts)
  if X.unpacked then buffer.free(X.owner) end -- hundreds of megabytes
  return t and TupleDataset(x, t) or x
end

---@class dgraph.SvhnOptions: dgraph.ImagesOptions
---@field add_extra boolean?  the 531,131 easier images as a third data set; false

--- SVHN: 73,257 images of 3 x 32 x 32 to train on and 26,032 to test, in ten classes; label 1 is
--- the digit 0. The files (182 MB and 64 MB, and 1.3 GB more with `add_extra`) are fetched when
--- they are asked for the first time, or taken from `opts.folder`. There is no `ndim`.
---@param opts? dgraph.SvhnOptions
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
---@return dgraph.TupleDataset|dgraph.Tensor? extra
local function get_svhn(opts)
  opts = opts or {}
  if opts.ndim and opts.ndim ~= 3 then
    errors.raisef("%s: ndim is 3, not %s", WHO, tostring(opts.ndim))
  end
  local wanted = opts.add_extra and { TRAIN, TEST, EXTRA } or { TRAIN, TEST }
  local paths, message = download.locate("svhn", wanted, URL, opts)
  if not paths then errors.raisef("%s: %s", WHO, message) end
  local parts = {}
  for i, entry in ipairs(wanted) do parts[i] = read(paths[entry[1]], opts) end
  return unpack(parts)
end

return get_svhn
