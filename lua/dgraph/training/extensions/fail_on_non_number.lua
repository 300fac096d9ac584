--- Stops a training whose parameters have become NaN or infinite.
local Extension = require "dgraph.training.extension"
local errors = require "dgraph.errors"

---@class dgraph.FailOnNonNumber: dgraph.Extension
---@overload fun(): dgraph.FailOnNonNumber
local FailOnNonNumber = Extension.Extension:extend("FailOnNonNumber")

--- Raises an error if any parameter has an element that is no finite number.
---@param trainer dgraph.Trainer
function FailOnNonNumber:__call(trainer) -- luacheck: no self
  for name, optimizer in pairs(trainer.updater:get_all_optimizers()) do
    for path, param in optimizer.target:namedparams(false) do
      if param.size > 0 and not param:isfinite():min():item() then
        errors.raisef("FailOnNonNumber: %s of optimizer %s is not finite in iteration %d", path,
          name, trainer.updater.iteration)
      end
    end
  end
end

return FailOnNonNumber
