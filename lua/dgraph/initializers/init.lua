--- What parameters start as. An initializer is called with a tensor and fills it; wherever one is
--- wanted, a number or an array will do too.
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local constant = require "dgraph.initializers.constant"
local random = require "dgraph.initializers.random"
local orthogonal = require "dgraph.initializers.orthogonal"
local sampling = require "dgraph.initializers.sampling"

---@alias dgraph.InitializerLike dgraph.Initializer|number|table|dgraph.Tensor|fun(x: dgraph.Tensor)

local initializers = {
  Initializer = require "dgraph.initializers.initializer",
  Constant = constant.Constant,
  Zero = constant.Zero,
  One = constant.One,
  NaN = constant.NaN,
  Identity = constant.Identity,
  Normal = random.Normal,
  Uniform = random.Uniform,
  LeCunNormal = random.LeCunNormal,
  LeCunUniform = random.LeCunUniform,
  GlorotNormal = random.GlorotNormal,
  GlorotUniform = random.GlorotUniform,
  HeNormal = random.HeNormal,
  HeUniform = random.HeUniform,
  Orthogonal = orthogonal,
  UpsamplingDeconvFilter = sampling.UpsamplingDeconvFilter,
  DownsamplingConvFilter = sampling.DownsamplingConvFilter,
}

--- What fills a tensor, given an initializer, a number, an array, or nothing.
---@param initializer dgraph.InitializerLike?
---@param default? dgraph.InitializerLike  taken for nothing; LeCunNormal by default
---@return fun(x: dgraph.Tensor)
function initializers.get(initializer, default)
  if initializer == nil then initializer = default end
  if initializer == nil then return initializers.LeCunNormal() end
  local kind = type(initializer)
  if kind == "number" or kind == "cdata" then return initializers.Constant(initializer) end
  if kind == "function" then return initializer end
  if kind == "table" then
    local meta = getmetatable(initializer)
    if meta and meta.__call then return initializer end
    return initializers.Constant(initializer)
  end
  errors.raisef("initializers: a %s is no initializer", kind)
end

--- A new tensor, filled by an initializer.
---@param initializer dgraph.InitializerLike?
---@param shape integer[]
---@param dtype? string
---@return dgraph.Tensor
function initializers.generate_array(initializer, shape, dtype)
  local array = create.empty(shape, dtype)
  initializers.get(initializer)(array)
  return array
end

return initializers
