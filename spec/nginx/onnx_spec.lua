-- A model that PyTorch has written predicts in nginx, and learns there.
local nginx = require "spec.support.nginx"

local SETUP = [[
  require("resty.dgraph").setup { open = true, state = "state", models = { network = {
    build = function(dg) return assert(dg.serializers.load_onnx "%s") end,
    optimizer = { "SGD", 0.5 }, inputs = { shape = { 4 } }, targets = {},
  } } }]]

local describe_here = nginx.is_here and describe or pending

describe_here("lua-resty-dgraph with an .onnx file", function()
  it("predicts, and learns what outlives a restart", function()
    local here = io.popen("pwd"):read "*l"
    local server = nginx.new(SETUP:format(here .. "/spec/fixtures/onnx/mlp.onnx"), { workers = 2 })
    local ok, problem = pcall(function()
      assert(server:start())
      local x, t = { { 1, 2, 3, 4 } }, { { 0, 1 } }
      local function distance()
        local response = server:post("/v1/models/network:predict", { instances = x })
        assert.equal(200, response.status, response.body)
        local y = response.json.predictions[1]
        return math.abs(y[1] - t[1][1]) + math.abs(y[2] - t[1][2])
      end
      local before = distance()
      for _ = 1, 40 do
        local response = server:post("/v1/models/network:train", { instances = x, targets = t })
        assert.equal(200, response.status, response.body)
      end
      local after = distance()
      assert.is_true(after < 0.7 * before)
      server:quit()
      assert(server:start())
      assert.near(after, distance(), 1e-6)
    end)
    server:remove()
    if not ok then error(problem, 0) end
  end)
end)
