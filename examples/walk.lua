--- Walks back through y = x^2 + x step by step and tells what happens at each node.
--
--   luajit examples/walk.lua            press Enter for the next step
--   luajit examples/walk.lua --smoke    without waiting
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"

local flags = require "dgraph.utils.flags"(arg, { smoke = false })

local function pause()
  if not flags.smoke then io.read() end
end

--- A gradient as a number, or a word for none.
local function show(g) return g and ("%g"):format(g:item()) or "none yet" end

-- In debug mode each node knows the line that made it.
dg.config.debug = true
local x = dg.Variable { 5 }
x.name = "x"
local square = x ^ 2
square.name = "x^2"
local y = square + x
y.name = "y"

print(("x = %g, y = x^2 + x = %g. What y was computed from:\n"):format(x:item(), y:item()))
print(dg.computational_graph(y))
pause()

-- How each operator passes a gradient on.
local RULES = {
  add = "a sum passes it on to both sides",
  square = "times 2 x, the slope of x^2",
}

local count, sums = 0, {}
for step in y:walk() do
  count = count + 1
  print(("\nstep %d: %s, from %s"):format(count, step.name, step.node.where))
  print(("  comes in:  dy/d(%s) = %s"):format(step.node.outputs[1].name,
    show(step.output_gradients[1])))
  print("  the rule:  " .. RULES[step.name])
  for i, input in ipairs(step.inputs) do
    local name, g = input.name, step.input_gradients[i]
    local before = sums[name]
    sums[name] = (before or 0) + g:item()
    print(("  goes out:  to %s = %g, %s: it had %s, and has %g"):format(name, input:item(), show(g),
      before or "none", sums[name]))
  end
  print("  x.grad:    " .. show(x.grad) .. " (a leaf gets its sum when the walk is through)")
  pause()
end

print(("\nThe walk is through: dy/dx = 1 + 2 x = %s"):format(show(x.grad)))
