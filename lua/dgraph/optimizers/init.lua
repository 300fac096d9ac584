--- Optimizers and their hooks; each file is read when its class is first used.
local read_late = require "dgraph.utils.read_late"

local FILES = {
  Optimizer = "optimizer",
  GradientMethod = "gradient_method",
  UpdateRule = "update_rule",
  SGD = "sgd",
  MomentumSGD = "momentum_sgd",
  Adam = "adam",
  AdamW = "adam_w",
  AMSGrad = "ams_grad",
  AdaGrad = "ada_grad",
  RMSprop = "rmsprop",
  RMSpropGraves = "rmsprop_graves",
  AdaDelta = "ada_delta",
  NesterovAG = "nesterov_ag",
  CorrectedMomentumSGD = "corrected_momentum_sgd",
  AdaBound = "ada_bound",
  AMSBound = "ams_bound",
  MSVAG = "msvag",
  SMORMS3 = "smorms3",
  FTRL = "ftrl",
  RAdam = "radam",
  NAdam = "nadam",
  Adamax = "adamax",
  LAMB = "lamb",
  Rprop = "rprop",
  LBFGS = "lbfgs",
  WeightDecay = "weight_decay",
  GradientClipping = "gradient_clipping",
  GradientHardClipping = "gradient_hard_clipping",
  Lasso = "lasso",
  GradientNoise = "gradient_noise",
  GradientLARS = "gradient_lars",
}

---@class dgraph.optimizers
---@field Optimizer dgraph.Optimizer
---@field GradientMethod dgraph.GradientMethod
---@field UpdateRule dgraph.UpdateRule
---@field SGD dgraph.SGD
---@field MomentumSGD dgraph.MomentumSGD
---@field Adam dgraph.Adam
---@field AdamW dgraph.AdamW
---@field AMSGrad dgraph.AMSGrad
---@field AdaGrad dgraph.AdaGrad
---@field RMSprop dgraph.RMSprop
---@field RMSpropGraves dgraph.RMSpropGraves
---@field AdaDelta dgraph.AdaDelta
---@field NesterovAG dgraph.NesterovAG
---@field CorrectedMomentumSGD dgraph.CorrectedMomentumSGD
---@field AdaBound dgraph.AdaBound
---@field AMSBound dgraph.AMSBound
---@field MSVAG dgraph.MSVAG
---@field SMORMS3 dgraph.SMORMS3
---@field FTRL dgraph.FTRL
---@field RAdam dgraph.RAdam
---@field NAdam dgraph.NAdam
---@field Adamax dgraph.Adamax
---@field LAMB dgraph.LAMB
---@field Rprop dgraph.Rprop
---@field LBFGS dgraph.LBFGS
---@field WeightDecay dgraph.WeightDecay
---@field GradientClipping dgraph.GradientClipping
---@field GradientHardClipping dgraph.GradientHardClipping
---@field Lasso dgraph.Lasso
---@field GradientNoise dgraph.GradientNoise
---@field GradientLARS dgraph.GradientLARS
local optimizers = {}

return read_late(optimizers, "dgraph.optimizers", FILES)
