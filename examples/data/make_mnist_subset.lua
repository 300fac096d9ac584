--- Cuts the MNIST subset that examples/data carries out of the whole data set:
---   luajit examples/data/make_mnist_subset.lua FOLDER_WITH_THE_FOUR_FILES
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
local ffi = require "ffi"
local files = require "dgraph.utils.files"
local idx = require "dgraph.datasets.idx"

local TARGET = "examples/data/mnist_subset/"
local COUNTS = { train = 2500, t10k = 500 }

local function big_u32(number)
  return string.char(math.floor(number / 2 ^ 24) % 256, math.floor(number / 2 ^ 16) % 256,
    math.floor(number / 2 ^ 8) % 256, number % 256)
end

local function cut(folder, name, count)
  local array = assert(idx.read(folder .. "/" .. name .. ".gz"))
  local row = array.count / array.shape[1]
  local header = { "\0\0\8", string.char(#array.shape), big_u32(count) }
  for axis = 2, #array.shape do header[#header + 1] = big_u32(array.shape[axis]) end
  local path = TARGET .. name
  local data = ffi.cast("const void *", array.data)
  assert(files.write(path, { table.concat(header), { data, count * row } }))
  assert(os.execute("gzip -9 -n -f " .. path) == 0, "gzip failed")
  print(path .. ".gz", count)
end

for part, count in pairs(COUNTS) do
  cut(assert(arg[1], "which folder?"), part .. "-images-idx3-ubyte", count)
  cut(arg[1], part .. "-labels-idx1-ubyte", count)
end
