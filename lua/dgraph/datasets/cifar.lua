--- CIFAR-10 and CIFAR-100: 32 x 32 colour images (cs.toronto.edu/~kriz/cifar.html).
local TupleDataset = require "dgraph.datasets.tuple_dataset"
local download = require "dgraph.dataset.download"
local errors = require "dgraph.errors"
local image_arrays = require "dgraph.datasets.image_arrays"
local tar = require "dgraph.utils.tar"
local zlib = require "dgraph.utils.zlib"

local URL = "https://www.cs.toronto.edu/~kriz"
local SIDE, CHANNELS = 32, 3
local PIXELS = CHANNELS * SIDE * SIDE
local SHAPES = { [1] = { PIXELS }, [3] = { CHANNELS, SIDE, SIDE } }

local CIFAR10 = {
  who = "get_cifar10",
  archive = { "cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530" },
  folder = "cifar-10-batches-bin",
  train = { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
    "data_batch_5.bin" },
  test = { "test_batch.bin" },
  label_bytes = 1,
  classes = { 10 },
}

local CIFAR100 = {
  who = "get_cifar100",
  archive = { "cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8" },
  folder = "cifar-100-binary",
  train = { "train.bin" },
  test = { "test.bin" },
  label_bytes = 2,
  classes = { 20, 100 }, -- the coarse label stands before the fine one
}

--- Where each record of some files begins; a record is its labels and the planes of an image.
local function records_of(kind, names, bytes, members)
  local records, size = { owner = bytes }, kind.label_bytes + PIXELS
  for _, name in ipairs(names) do
    local member = members[kind.folder .. "/" .. name]
    if not member then error(("%s: the archive has no %s"):format(kind.who, name), 0) end
    if member.size % size ~= 0 then
      error(("%s: the %d bytes of %s are no records of %d"):format(kind.who, member.size, name,
        size), 0)
    end
    for at = member.offset, member.offset + member.size - size, size do
      records[#records + 1] = bytes + at
    end
  end
  return records
end

local function read_part(kind, records, opts)
  local x = image_arrays.images({ #records, unpack(SHAPES[opts.ndim or 3]) }, opts,
    function(i) return records[i + 1] + kind.label_bytes end)
  if opts.withlabel == false then return x end
  local place = opts.coarse and 1 or kind.label_bytes
  local t, wrong = image_arrays.labels(#records, opts, kind.classes[place],
    function(i) return records[i + 1][place - 1] end)
  if not t then error(("%s: %d is no class"):format(kind.who, wrong), 0) end
  return TupleDataset(x, t)
end

local function read(kind, path, opts)
  local bytes, size = zlib.gunzip(path)
  if not bytes then error(("%s: %s"):format(kind.who, size), 0) end
  local members, message = tar.members(bytes, size)
  if not members then error(("%s: %s: %s"):format(kind.who, path, message), 0) end
  return read_part(kind, records_of(kind, kind.train, bytes, members), opts),
    read_part(kind, records_of(kind, kind.test, bytes, members), opts)
end

local function get(kind, opts)
  opts = opts or {}
  if not SHAPES[opts.ndim or 3] then
    errors.raisef("%s: ndim is 1 or 3, not %s", kind.who, tostring(opts.ndim))
  end
  local paths, message = download.locate("cifar", { kind.archive }, URL, opts)
  if not paths then errors.raisef("%s: %s", kind.who, message) end
  local done, train, test = pcall(read, kind, paths[kind.archive[1]], opts)
  if not done then errors.raise(train) end
  return train, test
end

local cifar = {}

--- CIFAR-10: 50,000 images of 3 x 32 x 32 to train on and 10,000 to test, in ten classes. The
--- binary archive (162 MB) is fetched when it is asked for the first time, or taken from
--- `opts.folder`.
---@param opts? dgraph.ImagesOptions  ndim is 3 by default, or 1
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
function cifar.get_cifar10(opts) return get(CIFAR10, opts) end

---@class dgraph.Cifar100Options: dgraph.ImagesOptions
---@field coarse boolean?  the 20 groups of classes as labels

--- CIFAR-100: the same number of images in a hundred classes (161 MB).
---@param opts? dgraph.Cifar100Options  ndim is 3 by default, or 1
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
function cifar.get_cifar100(opts) return get(CIFAR100, opts) end

return cifar
