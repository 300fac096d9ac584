--- luajit spec/serializers/saver.lua FORMAT PATH: saves one model after another until it is killed.
-- All numbers of the model number i are i. kill_spec.lua kills it once there is PATH-saved.
local dg = require "dgraph"

local format, path = arg[1], arg[2]
local model = dg.Chain { a = dg.links.Linear(60, 50), b = dg.links.LSTM(20, 20) }

for i = 1, 1e9 do
  for param in model:params() do param:fill(i) end
  local options = { generations = i % 2 == 0 and 3 or 1 }
  assert(dg.serializers["save_" .. format](path, model, options))
  if i == 1 then io.open(path .. "-saved", "w"):close() end
end
