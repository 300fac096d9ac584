local F = require("dgraph").F
local op_case = require "spec.support.op_case"
op_case("tanh", { f = F.tanh, inputs = function(r) return { r(-2, 2) } end,
  known = { { { 0, 1 }, { 0, 0.76159415595576 } , atol=1e-13} }, overwritten = { "y" } })
