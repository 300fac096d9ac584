--- A cell of an LSTM out of basic operators: 64 units, 20 steps, one sequence at a time, SGD.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local UNITS, STEPS = 64, 20

local Cell = dg.Chain:extend("Cell")

function Cell:init()
  self.x = L.Linear(UNITS, 4 * UNITS)
  self.h = L.Linear(UNITS, 4 * UNITS, { nobias = true })
end

--- h and c of the next step.
function Cell:forward(x, h, c)
  local i, f, g, o = unpack(F.split_axis(self.x(x) + self.h(h), 4, 2))
  c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(g)
  return F.sigmoid(o) * F.tanh(c), c
end

dg.seed(1)
local cell, xs = Cell(), {}
for step = 1, STEPS do xs[step] = dg.randn(1, UNITS) end
local zeros = dg.zeros(1, UNITS)
local optimizer = dg.optimizers.SGD(1e-3):setup(cell)

local function loss()
  local h, c = zeros, zeros
  for step = 1, STEPS do h, c = cell(xs[step], h, c) end
  return F.sum(h * h)
end

measure.time("lstm_b1", "us", function() optimizer:update(loss) end)
