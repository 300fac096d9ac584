--- dgraph: define-by-run automatic differentiation for LuaJIT.
local native = require "dgraph.native"

require "dgraph.tensor"
require "dgraph.tensor.fields"
require "dgraph.tensor.format"
require "dgraph.tensor.operators"
local indexing = require "dgraph.tensor.indexing"
require "dgraph.node"
require "dgraph.variable"
require "dgraph.tensor.device"
require "dgraph.hooks"

local backward = require "dgraph.backward"
local config = require "dgraph.config"
local create = require "dgraph.create"
local foreign = require "dgraph.foreign"
local functions = require "dgraph.functions"
local memory = require "dgraph.memory"
local parameter = require "dgraph.parameter"
local runtime = require "dgraph.runtime"
local scope = require "dgraph.scope"
require "dgraph.tensor".seal()

---@class dgraph
---@field functions dgraph.functions
---@field F dgraph.functions  the same
local dg = { _VERSION = "0.1.0" }

for _, part in ipairs { create, foreign, memory, runtime } do
  for name, f in pairs(part) do dg[name] = f end
end
dg.shape_and_options, dg.apply = nil, nil

dg.functions, dg.F = functions, functions
dg.config, dg.using_config = config.config, config.using_config
dg.no_backprop_mode, dg.force_backprop_mode = config.no_backprop_mode, config.force_backprop_mode
dg.train_mode, dg.test_mode = config.train_mode, config.test_mode
dg.using_device, dg.autocast = config.using_device, config.autocast
dg.is_debug, dg.set_debug = config.is_debug, config.set_debug
dg.scope, dg.open_scope = scope.scope, scope.open
dg.backward, dg.grad = backward.backward, backward.grad

--- The same as `dg.random.seed`.
---@param seed integer
function dg.seed(seed) dg.random.seed(seed) end

--- Normal random numbers: `dg.randn(2, 3)`, `dg.randn({2, 3}, "float64")`.
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function dg.randn(...) return dg.random.randn(...) end

--- Random numbers of equal chance in [0, 1).
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function dg.rand(...) return dg.random.rand(...) end

--- The modules of dgraph/utils, also loaded at their first use, and what Chainer has there of one.
dg.utils = setmetatable({}, {
  __index = function(_, name)
    if name == "CooMatrix" then return require "dgraph.utils.coo_matrix" end
    if name == "to_coo" or name == "get_order" then return dg.utils.CooMatrix[name] end
    return require("dgraph.utils." .. name)
  end,
})

dg.newaxis = indexing.newaxis
dg.is_tensor, dg.Parameter = native.is_tensor, parameter

--- What is loaded at its first use, so that `require "dgraph"` stays quick.
local LAZY = {
  dataset = "dataset", datasets = "datasets", iterators = "iterators", serializers = "serializers",
  links = "links", L = "links", optimizers = "optimizers", initializers = "initializers",
  gradient_check = "gradient_check",
  Link = "link", Chain = "chain", ChainList = "chain_list", Sequential = "sequential",
  Function = "function", random = "random", reporter = "reporter", cuda = "cuda",
  computational_graph = "computational_graph", training = "training",
  function_hooks = "function_hooks", link_hooks = "link_hooks", distributions = "distributions",
  onnx = "onnx", testing = "testing",
}

--- The same for single functions and classes of a module.
local LAZY_PARTS = {
  Reporter = "reporter", report = "reporter", report_scope = "reporter",
  get_current_reporter = "reporter", Summary = "training.summary",
  DictSummary = "training.summary", fromfile = "load", loadtxt = "load",
  FunctionHook = "function_hooks", LinkHook = "link_hooks", using_hook = "watch.using",
  profile = "profile", capture = "capture", Distribution = "distributions",
  kl_divergence = "distributions", register_kl = "distributions",
  cross_entropy = "distributions",
}

config.read_environment()

return setmetatable(dg, {
  __index = function(_, name)
    local module = LAZY[name] or LAZY_PARTS[name]
    if not module then return nil end
    local value = require("dgraph." .. module)
    if LAZY_PARTS[name] then value = value[name] end
    rawset(dg, name, value)
    return value
  end,
})
