--- Handwritten characters of old Japanese books: 28 x 28 grey images in ten classes, in the form of
--- MNIST (github.com/rois-codh/kmnist).
local mnist_files = require "dgraph.datasets.mnist_files"

local URL = "http://codh.rois.ac.jp/kmnist/dataset/kmnist"
local FILES = {
  { "train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7" },
  { "train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344" },
  { "t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7" },
  { "t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134" },
}
local LABELS = {
  { "o", "お" }, { "ki", "き" }, { "su", "す" }, { "tsu", "つ" }, { "na", "な" },
  { "ha", "は" }, { "ma", "ま" }, { "ya", "や" }, { "re", "れ" }, { "wo", "を" },
}

local kuzushiji_mnist = {}

--- The names of the ten classes of get_kuzushiji_mnist, by label: in Latin letters, and the
--- character of today.
---@return { [1]: string, [2]: string }[]
function kuzushiji_mnist.get_kuzushiji_mnist_labels()
  local labels = {}
  for i, names in ipairs(LABELS) do labels[i] = { unpack(names) } end
  return labels
end

--- The Kuzushiji-MNIST data set: 60,000 images to train on, 10,000 to test. Its files are
--- fetched when they are asked for the first time.
---@param opts? dgraph.ImagesOptions  ndim is 1 by default
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
function kuzushiji_mnist.get_kuzushiji_mnist(opts)
  local train, test = mnist_files.fetch("kuzushiji_mnist", FILES, URL, opts, "get_kuzushiji_mnist")
  return train, test
end

return kuzushiji_mnist
