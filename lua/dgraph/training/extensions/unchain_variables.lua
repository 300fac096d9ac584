--- Cuts the graphs behind what is observed.
local extension = require "dgraph.training.extension"
local native = require "dgraph.native"

--- An extension that forgets the graphs of tensors that extensions of one's own have put into
--- `trainer.observation`, so that they do not hold memory. What is reported needs none of this: the
--- reporter stores numbers.
---@return dgraph.Extension
return function()
  return extension.make_extension { default_name = "unchain_variables" }(function(trainer)
    for _, value in pairs(trainer.observation) do
      if native.is_tensor(value) then value:unchain_backward() end
    end
  end)
end
