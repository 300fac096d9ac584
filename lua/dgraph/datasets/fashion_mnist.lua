--- Clothes: 28 x 28 grey images in ten classes, in the form of MNIST (github.com/zalandoresearch).
local mnist_files = require "dgraph.datasets.mnist_files"

local URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
local FILES = {
  { "train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
  { "train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe" },
  { "t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79" },
  { "t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310" },
}
local LABELS = { "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
  "Sneaker", "Bag", "Ankle boot" }

local fashion_mnist = {}

--- The names of the ten classes of get_fashion_mnist, by label.
---@return string[]
function fashion_mnist.get_fashion_mnist_labels() return { unpack(LABELS) } end

--- The Fashion-MNIST data set: 60,000 images to train on, 10,000 to test. Its files (31 MB) are
--- fetched when they are asked for the first time.
---@param opts? dgraph.ImagesOptions  ndim is 1 by default
---@return dgraph.TupleDataset|dgraph.Tensor train  only the images when `withlabel` is false
---@return dgraph.TupleDataset|dgraph.Tensor test
function fashion_mnist.get_fashion_mnist(opts)
  local train, test = mnist_files.fetch("fashion_mnist", FILES, URL, opts, "get_fashion_mnist")
  return train, test
end

return fashion_mnist
