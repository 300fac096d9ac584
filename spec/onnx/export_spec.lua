local dg = require "dgraph"
local cases = require "spec.support.onnx_cases"
local ffi = require "ffi"
local onnx = require "dgraph.onnx"
local rules = require("dgraph.onnx.export.rules").rules

local F, L = dg.functions, dg.links

local function load_bytes(bytes)
  return assert(onnx.from_memory(ffi.cast("const uint8_t *", bytes), #bytes, "bytes"))
end

describe("dg.onnx.export", function()
  for _, case in ipairs(cases) do
    it("writes what computes the same: " .. case.name, function()
      local bytes = dg.onnx.export(case.f, case.args, nil, { dynamic_batch = case.open })
      assert(load_bytes(bytes))
    end)
  end
end)
