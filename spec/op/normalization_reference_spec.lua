local dg = require "dgraph"
local reference = require "spec.support.reference"

local F = dg.F

--- Averages that lie where x does, with the numbers that the script has for gradients too.
local function averages(x)
  local cases = assert(dg.serializers.load "spec/fixtures/reference/normalization.npz")
  local function like(name)
    return F.cast(cases["batch_renormalization averages/" .. name], x.dtype):to(x.device)
  end
  return like "x2", like "x3"
end

reference("normalization", {
  batch_normalization = F.batch_normalization,
  fixed_batch_normalization = F.fixed_batch_normalization,
  ["running averages"] = function(x, mean, var)
    mean, var = F.copy(mean), F.copy(var)
    F.batch_normalization(x, nil, nil, { running_mean = mean, running_var = var })
    return mean, var
  end,
  batch_renormalization = function(x, gamma, beta)
    local mean, var = averages(x)
    return F.batch_renormalization(x, gamma, beta, 1.2, 0.4,
      { running_mean = mean, running_var = var })
  end,
  ["batch_renormalization averages"] = function(x, mean, var)
    mean, var = F.copy(mean), F.copy(var)
    local y = F.batch_renormalization(x, nil, nil, 1.2, 0.4,
      { running_mean = mean, running_var = var, update_statistics = true })
    return y, mean, var
  end,
  fixed_batch_renormalization = F.fixed_batch_renormalization,
  decorrelated_batch_normalization = function(x)
    return F.decorrelated_batch_normalization(x, 2)
  end,
  ["decorrelated_batch_normalization averages"] = function(x, mean, projection)
    mean, projection = F.copy(mean), F.copy(projection)
    F.decorrelated_batch_normalization(x, 2, 2e-5, mean, projection)
    return mean, projection
  end,
  fixed_decorrelated_batch_normalization = function(x, mean, projection)
    return F.fixed_decorrelated_batch_normalization(x, mean, projection, 2)
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
