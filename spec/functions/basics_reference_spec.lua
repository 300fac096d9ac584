local dg = require "dgraph"
local reference = require "spec.support.reference"

local F = dg.F

reference("basics", {
  sum = F.sum,
  ["sum axis=1,3"] = function(x) return F.sum(x, { 1, 3 }) end,
  mean = F.mean,
  ["mean axis=2"] = function(x) return F.mean(x, 2, true) end,
  max = F.max,
  ["max axis=2"] = function(x) return F.max(x, 2) end,
  ["min axis=1,3"] = function(x) return F.min(x, { 1, 3 }) end,
  logsumexp = F.logsumexp,
  ["logsumexp axis=2"] = function(x) return F.logsumexp(x, 2) end,
  ["argmax axis=3"] = function(x) return F.argmax(x, 3) - 1 end,
  ["argmin axis=1"] = function(x) return F.argmin(x, 1) - 1 end,
  absolute = F.absolute,
  linear = F.linear,
  simplified_dropconnect = function(x, W, b, mask)
    return F.simplified_dropconnect(x, W, b, 0.3, true, mask)
  end,
  ["simplified_dropconnect of all alike"] = function(x, W, mask)
    return F.simplified_dropconnect(x, W, nil, 0.3, { mask = mask })
  end,
  matmul = F.matmul,
  ["matmul of stacks"] = F.matmul,
  ["matmul by a vector"] = F.matmul,
  batch_matmul = function(a, b) return F.batch_matmul(a, b, true) end,
  outer = F.outer,
  vdot = F.vdot,
  ["stack axis=2"] = function(...) return F.stack({ ... }, 2) end,
  split = function(x) return F.split(x, { 1, 3 }, 3) end,
  ["take axis=2"] = function(x, i) return F.take(x, i + 1, 2) end,
  transpose_sequence = function(...) return F.transpose_sequence { ... } end,
  swapaxes = function(x) return F.swapaxes(x, 1, 3) end,
  permutate = function(x, i) return F.permutate(x, i + 1) end,
  ["permutate inv"] = function(x, i) return F.permutate(x, i + 1, nil, true) end,
  ravel = F.ravel,
  repeat_ = function(x) return F.repeat_(x, 2, 2) end,
  fliplr = F.fliplr,
  flipud = F.flipud,
  diagonal = function(x) return F.diagonal(x, 1, 1, 3) end,
  broadcast = F.broadcast,
  nonzero = function(x) return F.nonzero(x) - 1 end,
  accuracy = function(y, t) return F.accuracy(y, t + 1) end,
})
