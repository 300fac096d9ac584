local F = require("dgraph").F
local reference = require "spec.support.reference"

reference("normalization", {
  batch_normalization = F.batch_normalization,
  fixed_batch_normalization = F.fixed_batch_normalization,
  ["running averages"] = function(x, mean, var)
    mean, var = F.copy(mean), F.copy(var)
    F.batch_normalization(x, nil, nil, { running_mean = mean, running_var = var })
    return mean, var
  end,
  layer_normalization = F.layer_normalization,
  rms_norm = function(x, weight) return F.rms_norm(x, { 2, 2 }, weight) end,
  group_normalization = function(x, gamma, beta)
    return F.group_normalization(x, 2, gamma, beta)
  end,
  instance_norm = F.instance_norm,
  local_response_normalization = F.local_response_normalization,
  weight_norm = F.weight_norm,
})
