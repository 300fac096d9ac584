--- Derivatives of ordinary code, and derivatives of derivatives.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"

-- y = x^2 + x at 5 is 30, and its slope there is 2 x + 1 = 11.
local x = dg.Variable(dg.tensor { 5 })
local y = x ^ 2 + x
y:backward()
print(y.data, x.grad)

-- The slope is a result like any other, so it has a slope too: 2, and that one 0.
y = x ^ 2 + x
local first = dg.grad({ y }, { x }, { enable_double_backprop = true })[1]
local second = dg.grad({ first }, { x }, { enable_double_backprop = true })[1]
local third = dg.grad({ second }, { x })[1]
print(first:item(), second:item(), third and third:item() or 0)

-- Any code will do: this is Newton's way to the square root of a number, a loop that ends when the
-- values say so. Its derivative is 1 / (2 sqrt a).
local a = dg.Variable(dg.tensor({ 2 }, "float64"))
local root = a / 2
while math.abs((root * root - a):item()) > 1e-12 do root = (root + a / root) / 2 end
root:backward()
print(root:item(), a.grad:item(), 1 / (2 * math.sqrt(2)))
