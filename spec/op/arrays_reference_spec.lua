local F = require("dgraph").F
local reference = require "spec.support.reference"

reference("arrays", {
  ["gather axis=2"] = function(x, i) return F.gather(x, 2, i + 1) end,
  ["scatter axis=2"] = function(x, i, s) return F.scatter(x, 2, i + 1, s) end,
  ["take_along_axis axis=1"] = function(x, i) return F.take_along_axis(x, i + 1, 1) end,
  ["index_add axis=1 alpha=2"] = function(x, i, s) return F.index_add(x, 1, i + 1, s, 2) end,
  masked_fill = function(x, mask) return F.masked_fill(x, mask, 5) end,
  one_hot = function(t) return F.one_hot(t + 1, 5) end,
  sort = function(x)
    local values, positions = F.sort(x)
    return values, positions - 1
  end,
  ["sort axis=1 descending"] = function(x)
    local values, positions = F.sort(x, 1, true)
    return values, positions - 1
  end,
  topk = function(x)
    local values, positions = F.topk(x, 3)
    return values, positions - 1
  end,
  ["topk axis=1 smallest"] = function(x)
    local values, positions = F.topk(x, 2, 1, false)
    return values, positions - 1
  end,
  argsort = function(x) return F.argsort(x) - 1 end,
  ["tril k=-1"] = function(x) return F.tril(x, -1) end,
  triu = F.triu,
  ["diag of a vector"] = function(x) return F.diag(x, 2) end,
  ["diag of a matrix"] = function(x) return F.diag(x, -1) end,
  diag_embed = F.diag_embed,
  as_strided = function(x) return F.as_strided(x, { 5, 4 }, { 2, 1 }, 1) end,
  moveaxis = function(x) return F.moveaxis(x, { 1, 4 }, { 3, 1 }) end,
  roll = function(x) return F.roll(x, { 1, -2 }, { 1, 2 }) end,
  ["repeat of each"] = function(x) return F.repeat_(x, { 1, 0, 2 }, 1) end,
  dstack = function(...) return F.dstack { ... } end,
  hstack = function(...) return F.hstack { ... } end,
  vstack = function(...) return F.vstack { ... } end,
  pad_sequence = function(...) return F.pad_sequence({ ... }, nil, -1) end,
  rollaxis = function(x) return F.rollaxis(x, 3, 2) end,
  trace = function(x) return F.trace(x, 1, 2, 3) end,
  meshgrid = function(...) return F.meshgrid { ... } end,
})
