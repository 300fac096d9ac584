--- Images in zip archives as datasets: an archive is one file to copy and to open, however many
--- images it has. It is mapped into memory, so that processes share what they read of it, and each
--- image is unpacked when it is asked for.
local ConcatenatedDataset = require "dgraph.datasets.concatenated_dataset"
local DatasetMixin = require "dgraph.dataset.mixin"
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local decode_image = require "dgraph.datasets.decode_image"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local image_lists = require "dgraph.datasets.image_lists"
local zip = require "dgraph.serializers.zip"

local OPTIONS = { dtype = true, mode = true, device = true }
local LABELED_OPTIONS = { dtype = true, mode = true, device = true, label_dtype = true,
  zero_based = true }

---@class dgraph.ZippedImageDataset: dgraph.Dataset
---@field path string  of the archive
---@field paths string[]  of the images in it
---@field labels integer[]?
local ZippedImageDataset = { name = "ZippedImageDataset" }
ZippedImageDataset.__index = ZippedImageDataset

-- No image that is decoded has more bytes, packed as badly as may be: an entry that declares more
-- was made to fill the memory.
local MAX_SIZE = 2 ^ 30

local zipped = {}

--- The number of images.
---@return integer
function ZippedImageDataset:len() return #self.paths end

local function read(self, name)
  local declared = self._archive:size(name)
  if declared and declared > MAX_SIZE then
    return nil, ("%s: %.0f bytes are more than the limit of %.0f"):format(name, declared, MAX_SIZE)
  end
  local bytes, size = self._archive:read(name)
  if not bytes then return nil, size end
  local image, message = decode_image.tensor(bytes, size, self.options)
  buffer.free(bytes)
  if not image then return nil, ("%s: %s"):format(name, message) end
  return image
end

--- One image, channels x height x width; with labels an array of the image and its label.
---@param i integer|string  a position, or the name of an image in the archive, which has no label
---@return dgraph.Tensor|{ [1]: dgraph.Tensor, [2]: dgraph.Tensor }
function ZippedImageDataset:get_example(i)
  local image, message = read(self, type(i) == "string" and i or self.paths[i])
  if not image then errors.raisef("%s: %s: %s", self.name, self.path, message) end
  local label = self.labels and self.labels[i]
  if not label then return image end
  return { image, require "dgraph".tensor(label, { dtype = self.label_dtype,
    device = self.options.device }) }
end

local function open(path, who)
  if type(path) ~= "string" then
    errors.raisef("%s: wanted the path of an archive, got %s", who, check.spell(path))
  end
  local bytes, size = files.map(path)
  if not bytes then errors.raisef("%s: %s", who, size) end
  local archive, message = zip.open(bytes, size)
  if not archive then errors.raisef("%s: %s: %s", who, path, message) end
  return archive
end

local function make(who, path, opts)
  decode_image.check(opts, who)
  local archive, paths = open(path, who), {}
  for _, name in ipairs(archive.names) do
    if name:sub(-1) ~= "/" then paths[#paths + 1] = name end -- folders are entries too
  end
  return DatasetMixin(setmetatable({ name = who, path = path, paths = paths, _archive = archive,
    options = { dtype = opts.dtype, mode = opts.mode, device = opts.device } },
    ZippedImageDataset))
end

--- A dataset of the images in a zip archive, which holds nothing else, in the order of the archive.
---@param zipfilename string  path
---@param opts? dgraph.ReadImageOptions
---@return dgraph.ZippedImageDataset
function zipped.ZippedImageDataset(zipfilename, opts)
  local who = "ZippedImageDataset"
  return make(who, zipfilename, check.options(opts, who, OPTIONS))
end

--- A dataset of the images in several zip archives, those of the first one first.
---@param zipfilenames string[]  paths
---@param opts? dgraph.ReadImageOptions
---@return dgraph.ConcatenatedDataset
function zipped.MultiZippedImageDataset(zipfilenames, opts)
  local who = "MultiZippedImageDataset"
  opts = check.options(opts, who, OPTIONS)
  if type(zipfilenames) ~= "table" or #zipfilenames == 0 then
    errors.raisef("%s: wanted an array of one path or more, got %s", who,
      check.spell(zipfilenames))
  end
  local archives = {}
  for i, path in ipairs(zipfilenames) do archives[i] = make(who, path, opts) end
  local dataset = ConcatenatedDataset(unpack(archives))
  dataset.name = who
  return dataset
end

--- A dataset of images in a zip archive and their labels: each example is an array of both.
---@param zipfilename string  path
---@param labels_of { [1]: string, [2]: integer }[]|string  an array of pairs of a name in the
---  archive and a label, or the path of a file with both in each line
---@param opts? dgraph.LabeledImageOptions
---@return dgraph.ZippedImageDataset
function zipped.LabeledZippedImageDataset(zipfilename, labels_of, opts)
  local who = "LabeledZippedImageDataset"
  opts = check.options(opts, who, LABELED_OPTIONS)
  local dataset = make(who, zipfilename, opts)
  local names, labels, dtype = image_lists.labeled(labels_of, opts, who)
  for i, name in ipairs(names) do
    if not dataset._archive:size(name) then
      errors.raisef("%s: entry %d: %s has no %q", who, i, zipfilename, name)
    end
  end
  dataset.paths, dataset.labels, dataset.label_dtype = names, labels, dtype
  return dataset
end

return zipped
