--- Image files as datasets: they stay on the disk, and are read when they are asked for.
local DatasetMixin = require "dgraph.dataset.mixin"
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local image_lists = require "dgraph.datasets.image_lists"
local read_image = require "dgraph.datasets.read_image"

---@class dgraph.ImageDataset: dgraph.Dataset
---@field paths string[]  below `root` unless they begin with /
---@field root string
---@field labels integer[]?
local ImageDataset = { name = "ImageDataset" }
ImageDataset.__index = ImageDataset

local image_dataset = {}

--- The number of images.
---@return integer
function ImageDataset:len() return #self.paths end

--- Image `i`, channels x height x width; with labels an array of the image and its label.
---@param i integer
---@return dgraph.Tensor|{ [1]: dgraph.Tensor, [2]: dgraph.Tensor }
function ImageDataset:get_example(i)
  local path = self.paths[i]
  if path:sub(1, 1) ~= "/" then path = self.root .. "/" .. path end
  local image, message = read_image(path, self.options)
  if not image then errors.raisef("%s: %s", self.name, message) end
  if not self.labels then return image end
  return { image, require "dgraph".tensor(self.labels[i], { dtype = self.label_dtype,
    device = self.options.device }) }
end

local function make(who, fields, root, opts)
  if root ~= nil and type(root) ~= "string" then
    errors.raisef("%s: the root must be a string, got %s", who, check.spell(root))
  end
  if opts.dtype then dtypes.id(opts.dtype, who) end
  fields.name, fields.root = who, root or "."
  fields.options = { dtype = opts.dtype, mode = opts.mode, device = opts.device }
  return DatasetMixin(setmetatable(fields, ImageDataset))
end

--- A dataset of images in PNG or JPEG files.
---@param paths string[]|string  an array of paths, or the path of a file with one in each line
---@param root? string  what paths are relative to: "."
---@param opts? dgraph.ReadImageOptions
---@return dgraph.ImageDataset
function image_dataset.ImageDataset(paths, root, opts)
  local who = "ImageDataset"
  opts = check.options(opts, who, { dtype = true, mode = true, device = true })
  return make(who, { paths = image_lists.names(paths, who) }, root, opts)
end

---@class dgraph.LabeledImageOptions: dgraph.ReadImageOptions
---@field label_dtype dgraph.Dtype?  int32
---@field zero_based boolean?  the labels given count from 0, as those of Chainer, and negative ones
---  stay as they are; false

--- A dataset of images and labels: each example is an array of both.
---@param pairs_of { [1]: string, [2]: integer }[]|string  an array of pairs of a path and a label,
--- or the path of a file with both in each line
---@param root? string  what paths are relative to: "."
---@param opts? dgraph.LabeledImageOptions
---@return dgraph.ImageDataset
function image_dataset.LabeledImageDataset(pairs_of, root, opts)
  local who = "LabeledImageDataset"
  opts = check.options(opts, who,
    { dtype = true, mode = true, device = true, label_dtype = true, zero_based = true })
  local paths, labels, dtype = image_lists.labeled(pairs_of, opts, who)
  return make(who, { paths = paths, labels = labels, label_dtype = dtype }, root, opts)
end

return image_dataset
