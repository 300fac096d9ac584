--- Handwritten digits: 28 x 28 grey images and what they show.
local files = require "dgraph.utils.files"
local mnist_files = require "dgraph.datasets.mnist_files"

local NAMES = mnist_files.NAMES

--- The path of a data file in a folder, packed or not; nil when it is not there.
local function find_file(folder, name)
  for _, ending in ipairs { "", ".gz" } do
    local path = folder .. "/" .. name .. ending
    if files.exists(path) then return path end
  end
end

--- Where the subset that comes with dgraph may be: beside this module where dgraph is installed.
local function carried_folders()
  local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
  return { here .. "/mnist_subset", here .. "/../../../examples/data/mnist_subset" }
end

--- The folder to read: the one that is asked for, or else the carried one.
local function find_folder(folder)
  local tried = {}
  local asked = folder or os.getenv "DGRAPH_DATA"
  if asked == "" then asked = nil end -- an empty variable is none
  local places = asked and { asked, asked .. "/mnist" }
    or carried_folders()
  for _, place in ipairs(places) do
    if find_file(place, NAMES.train.images) then return place end
    tried[#tried + 1] = "  " .. place
  end
  error("get_mnist: no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in\n"
    .. table.concat(tried, "\n")
    .. "\n(give the folder as opts.folder or in the environment variable DGRAPH_DATA)", 3)
end

local function read_part(folder, part, opts)
  local paths = {}
  for kind, name in pairs(NAMES[part]) do
    paths[kind] = find_file(folder, name)
    if not paths[kind] then
      error(("get_mnist: no %s or %s.gz in %s"):format(name, name, folder), 0)
    end
  end
  return mnist_files.read(paths.images, paths.labels, opts, "get_mnist")
end

--- The MNIST data set, or the part of it that comes with dgraph. A folder with the four idx files,
--- packed or not, is taken from `opts.folder` or from the environment variable DGRAPH_DATA; without
--- either it is the carried part: 2,500 images to train on and 500 to test.
---
--- Labels are positions among ten classes, and those count from 1: the digit d has the label d + 1.
---@param opts? dgraph.ImagesOptions  ndim is 1 by default
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
local function get_mnist(opts)
  opts = opts or {}
  mnist_files.check(opts, "get_mnist")
  local folder = find_folder(opts.folder)
  local done, train, test = pcall(function()
    return read_part(folder, "train", opts), read_part(folder, "test", opts)
  end)
  if not done then error(train, 2) end
  return train, test
end

return get_mnist
