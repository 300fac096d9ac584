--- Operators of one's own, written in Lua: how they get a gradient, how it is checked, and what it
-- is good for. The last one trains neurons that say yes or no and nothing between: 92 % right.
--
--   luajit examples/operator.lua
--
-- Flags: --steps 3000 --seed 1 --smoke
-- In C an operator is one file; CONTRIBUTING.md shows how to add one.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local ffi = require "ffi"
local dg = require "dgraph"
local F, L = dg.functions, dg.links

local flags = require "dgraph.utils.flags"(arg, { steps = 3000, seed = 1, smoke = false })
if flags.smoke then flags.steps = 600 end
dg.seed(flags.seed)

-- -- A function of C's library ------------------------------------------------------------------

ffi.cdef "double cbrt(double);"

local Cbrt = dg.Function:extend "cbrt"

--- Computes in any way it likes; here in a loop over the elements. Nothing is recorded.
function Cbrt:forward(x)
  self.x = x
  local y = x:copy()
  local elements = y:pointer()
  for i = 0, y.size - 1 do elements[i] = ffi.C.cbrt(elements[i]) end
  return y
end

--- y^3 = x, so dy/dx = 1 / (3 y^2). Written in operators, among them itself, it has a gradient too.
function Cbrt:backward(gy) return gy / (3 * Cbrt(self.x) ^ 2) end

local x = dg.Variable(dg.tensor({ 8, 27, -64 }, "float64"))
local y = Cbrt(x)
y:sum():backward()
print("cube roots:", y.data)
print("slopes:    ", x.grad)

-- The gradients, first and second, against differences of values: an error if they are not alike.
local function random() return dg.random.uniform(1, 2, 5, "float64") end
dg.gradient_check.check_backward(Cbrt, { random() }, { random() })
dg.gradient_check.check_double_backward(Cbrt, { random() }, { random() }, { random() })
print "the gradients of cbrt are right"

-- -- A gradient that is none --------------------------------------------------------------------

--- 1 for positive numbers, -1 for others. Its slope is 0 everywhere, from which nothing learns: the
--- gradient passes as if this were the identity, as long as x is near 0 ("straight through", Y.
--- Bengio et al., arXiv:1308.3432).
local Binary = dg.Function:extend "binary"

function Binary:forward(h)
  self.h = h
  return h:gt(0):cast(h.dtype) * 2 - 1
end

function Binary:backward(gy) return gy * self.h:abs():le(1):cast(gy.dtype) end

--- Points in a square; those in a ring around the middle are wanted.
local function draw(count)
  local points = dg.random.uniform(-1, 1, { count, 2 })
  local distance = F.sqrt(F.sum(F.square(points), 2))
  return points, F.logical_and(distance:gt(0.4), distance:lt(0.8)):cast "int32"
end

local model = L.Classifier(dg.Sequential(
  L.Linear(2, 64), Binary, L.Linear(64, 64), Binary, L.Linear(64, 1), F.ravel
), F.sigmoid_cross_entropy, F.binary_accuracy)
local optimizer = dg.optimizers.Adam(0.01):setup(model)

local function lossfun() return model(draw(200)) end
for step = 1, flags.steps do
  optimizer:update(lossfun)
  if step % (flags.steps / 5) == 0 then
    print(("step %4d: loss %.3f, %.1f %% right"):format(step, model.loss:item(),
      100 * model.accuracy:item()))
  end
end

dg.no_backprop_mode(model, draw(5000))
print(("%.1f %% of new points are right, by neurons that say 1 or -1"):format(
  100 * model.accuracy:item()))
