--- What layers with running averages share: how far a batch moves them.
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local averages = {}

--- Normalizes x by `normalize(self, x, decay)`, which moves the averages, but not for a batch that
--- is only computed again. While the layer is finetuned they become the plain mean over the N
--- batches so far; one that failed does not count.
---@param self table  a layer with the fields decay and N
---@param x dgraph.Tensor
---@param finetune? boolean|{ finetune: boolean }
---@param normalize fun(self: table, x: dgraph.Tensor, decay: number): dgraph.Tensor
---@return dgraph.Tensor
function averages.pass(self, x, finetune, normalize)
  if type(finetune) == "table" then finetune = finetune.finetune end
  local recomputes = config.values.in_recomputing
  if recomputes or not finetune then
    return (normalize(self, x, recomputes and 1 or self.decay))
  end
  if native.capture then
    errors.raisef("%s: finetuning counts batches, which a step that dg.capture records cannot",
      self._name)
  end
  local count = self.N + 1
  local y = normalize(self, x, 1 - 1 / count)
  self.N = count
  return y
end

return averages
