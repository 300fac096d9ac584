--- ONNX's operators by their names: functions of a node and its inputs, nil for those left out.
local operators = {}

for _, name in ipairs {
  "elementwise", "layers", "windows", "resize", "shapes", "reductions", "recurrent",
} do
  require("dgraph.onnx.operators." .. name)(operators)
end

return operators
