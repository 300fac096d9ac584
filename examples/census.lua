--- Who earns more than 50 000 dollars? Online learning on the census data a9a, as a server does it.
--
--     luajit examples/census.lua              # with the files of ../shared/data/a9a, or of
--                                             # the folder that DGRAPH_DATA names
--     luajit examples/census.lua --smoke      # the first 2000 people
--
-- A person is a list of about 14 numbers of features, out of 123. The model is a weight for each;
-- its gradient is the rows of these 14 alone, and FTRL changes no others. Each is seen once.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout

local dg = require "dgraph"
local F = dg.F

local smoke = arg[1] == "--smoke"
if arg[1] and not smoke then error("unknown option " .. arg[1]) end

local folder = os.getenv "DGRAPH_DATA" or "../shared/data/a9a"
local FEATURES = 123

local function read(name)
  return assert(dg.datasets.read_libsvm(folder .. "/" .. name, {
    n_features = FEATURES, label_dtype = "int32",
  }))
end

local train, test = read "a9a.gz", read "a9a.t.gz"
local rows = smoke and 2000 or #train

local model = dg.Link()
model.W, model.b = dg.Parameter(dg.zeros(FEATURES, 1)), dg.Parameter(dg.zeros(1))
local optimizer = dg.optimizers.FTRL { alpha = 0.1, l1 = 0.1 }:setup(model)

--- For each row a number, above 0 for yes.
local function score(indices, values, offsets)
  local sums = F.embedding_bag(indices, model.W, offsets, "sum", true, values)
  return F.squeeze(sums + model.b, 2)
end

local function lossfun(indices, values, offsets, labels)
  return F.sigmoid_cross_entropy(score(indices, values, offsets), labels:gt(0):cast "int32")
end

local start = os.clock()
for i = 1, rows do optimizer:update(lossfun, train:batch { i }) end
local seconds = os.clock() - start

local right = dg.scope(function()
  local y = score(test.indices, test.values, test.offsets)
  return y:gt(0):eq(test.labels:gt(0)):cast("float64"):mean():item()
end)
local kept = model.W:detach():ne(0):cast("int32"):sum():item()
print(("%d people in %.1f s; %.2f %% of %d others are judged right, by %d of %d weights"):format(
  rows, seconds, 100 * right, #test, kept, FEATURES))
