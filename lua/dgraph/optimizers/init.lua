--- Optimizers and their hooks.
return {
  Optimizer = require "dgraph.optimizers.optimizer",
  GradientMethod = require "dgraph.optimizers.gradient_method",
  UpdateRule = require "dgraph.optimizers.update_rule",
  SGD = require "dgraph.optimizers.sgd",
  MomentumSGD = require "dgraph.optimizers.momentum_sgd",
  Adam = require "dgraph.optimizers.adam",
  AdamW = require "dgraph.optimizers.adam_w",
  WeightDecay = require "dgraph.optimizers.weight_decay",
  GradientClipping = require "dgraph.optimizers.gradient_clipping",
}
