--- Who earns more than 50 000 dollars? Online learning on the census data a9a, as a server does it.
--
-- A person is a list of about 14 features out of 123. The model is a weight for each; its gradient
-- is the rows of these 14 alone, and FTRL changes no others. Each person is seen once. Of the
-- 16,281 people of the test file 85.09 % are judged right (Vowpal Wabbit: 84.77 %), in 2 seconds.
--
--   luajit examples/census.lua         with a9a.gz and a9a.t.gz in DGRAPH_DATA/a9a
--
-- Flags: --people 32560 --smoke
-- The data: www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary.html
-- H. B. McMahan et al., "Ad click prediction: a view from the trenches", 2013.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F = dg.functions

local flags = require "dgraph.utils.flags"(arg, { people = 32560, smoke = false })
if flags.smoke then flags.people = 2000 end

local FEATURES = 123
local folder = (os.getenv "DGRAPH_DATA" or "../shared/data") .. "/a9a"

local function read(name)
  return assert(dg.datasets.read_libsvm(folder .. "/" .. name, {
    n_features = FEATURES, label_dtype = "int32",
  }))
end

local train, test = read "a9a.gz", read "a9a.t.gz"
local people = math.min(flags.people, #train)

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
for i = 1, people do optimizer:update(lossfun, train:batch { i }) end
local seconds = os.clock() - start

local right = dg.scope(function()
  local y = score(test.indices, test.values, test.offsets)
  return y:gt(0):eq(test.labels:gt(0)):cast("float64"):mean():item()
end)
local kept = model.W:detach():ne(0):cast("int32"):sum():item()
print(("%d people in %.1f s; %.2f %% of %d others are judged right, by %d of %d weights"):format(
  people, seconds, 100 * right, #test, kept, FEATURES))
