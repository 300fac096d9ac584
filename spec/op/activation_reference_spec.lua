local F = require("dgraph").F
local reference = require "spec.support.reference"

reference("activation", {
  sigmoid = F.sigmoid,
  tanh = F.tanh,
  relu = F.relu,
  softplus = F.softplus,
  ["softplus beta=2"] = function(x) return F.softplus(x, 2) end,
  softmax = F.softmax,
  ["log_softmax axis=1"] = function(x) return F.log_softmax(x, 1) end,
})
