--- How each function becomes nodes: `rules.linear(call)` adds them and returns the names of the
--- results. `needs` tells of which values, where that is not the inputs.
---@type table<string, fun(call: dgraph.onnx.Call): string ...>
local rules = {}

local needs
for _, name in ipairs { "elementwise", "reductions", "shapes", "windows", "layers", "recurrent" } do
  needs = require("dgraph.onnx.export.rules." .. name)(rules) or needs
end

return { rules = rules, needs = needs }
