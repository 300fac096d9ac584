--- Random matrices that are as well conditioned as a test needs them.
--- Source: Chainer.
local F = require "dgraph.functions"
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

--- A random matrix, or a stack of them, with given singular values.
---@param shape integer[]  ... x m x n
---@param dtype? dgraph.Dtype  float64 by default
---@param options { singular_values: dgraph.Tensor|table|number }  not negative; they broadcast to
---  ... x min(m, n)
---@return dgraph.Tensor
return function(shape, dtype, options)
  if type(dtype) == "table" then dtype, options = nil, dtype end
  options = check.options(options, "generate_matrix", { singular_values = true })
  if type(shape) ~= "table" or #shape < 2 then
    errors.raise "generate_matrix: a matrix has two axes or more"
  end
  local values = options.singular_values
  if values == nil then errors.raise "generate_matrix: singular_values are missing" end
  if not native.is_tensor(values) then values = create.tensor(values, "float64") end
  values = values:astype "float64"
  if F.any(F.lt(values, 0)):item() then
    errors.raise "generate_matrix: a singular value is negative"
  end
  local u, s, vh = F.svd(require("dgraph.random").randn(shape, "float64"), false)
  local wanted = F.broadcast_to(values, s.shape)
  return F.matmul(u * F.expand_dims(wanted, -2), vh):astype(dtype or "float64")
end
