local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local close = dg.gradient_check.assert_allclose

local function channels(x, r) return r(0.5, 2, { x.shape[2] }), r(-1, 1, { x.shape[2] }) end

for _, groups in ipairs { 1, 2 } do
  op_case("group_normalization in groups, " .. groups, {
    f = function(x, gamma, beta) return F.group_normalization(x, groups, gamma, beta, 0.1) end,
    inputs = function(r) local x = r(-2, 2) return { x, channels(x, r) } end,
    shapes = { { 2, 0 }, { 0, 4 }, { 3, 4 }, { 2, 4, 2 }, { 2, 4, 2, 1 } },
    layouts = groups == 1 and { { { 1, 1 }, { 1 }, { 1 } } } or {},
    bad_shapes = { { { 3, 4 }, { 3 }, { 4 } }, groups == 2 and { { 3, 5 }, { 5 }, { 5 } } or nil },
    overwritten = { 1, 2 },
    nan = "some",
    error_name = "group_normalization",
  })
end

op_case("group_normalization", {
  f = function(x, gamma, beta) return F.group_normalization(x, 1, gamma, beta) end,
  inputs = function(r) return { r(-2, 2, { 3, 4 }), r(0.5, 2, { 4 }), r(-1, 1, { 4 }) } end,
  shapes = { { 3, 4 }, { 3, 4 } },
  known = { {
    { { 1, 3 }, { 2, 6 } }, { 1, 2 }, { 0, 10 },
    { { -1 / math.sqrt(1 + 1e-5), 10 + 2 / math.sqrt(1 + 1e-5) },
      { -2 / math.sqrt(4 + 1e-5), 10 + 4 / math.sqrt(4 + 1e-5) } },
  } },
  nan = "some",
})

op_case("instance_norm", {
  f = F.instance_norm,
  inputs = function(r) local x = r(-2, 2) return { x, channels(x, r) } end,
  shapes = { { 1, 1, 1 }, { 0, 3, 2 }, { 2, 3, 4 }, { 2, 2, 2, 3 } },
  bad_shapes = { { { 3, 4, 2 }, { 3 }, { 4 } } },
  known = { {
    { { { 1, 3 }, { 2, 6 } } }, { 1, 2 }, { 0, 10 },
    { { { -1 / math.sqrt(1 + 1e-5), 1 / math.sqrt(1 + 1e-5) },
      { 10 - 4 / math.sqrt(4 + 1e-5), 10 + 4 / math.sqrt(4 + 1e-5) } } },
  } },
  atol = 1e-5,
  nan = "some",
  overwritten = { 1, 2 },
})

describe("group_normalization", function()
  it("is instance_norm with a group for each channel, whatever the layout", function()
    local layouts = {
      function(x) return F.copy(x:transpose()):transpose() end,
      function(x) return F.copy(x:transpose { 1, 3, 4, 2 }):transpose { 1, 4, 2, 3 } end,
    }
    for n, shape in ipairs { { 2, 3, 5, 2 }, { 3, 12, 4, 5 } } do
      for _, layout in ipairs(layouts) do
        dg.seed(n)
        local x = dg.Variable(dg.randn(shape, "float64"))
        local gamma = dg.Variable(dg.randn({ shape[2] }, "float64"))
        local g = dg.randn(shape, "float64")
        local y = F.group_normalization(x, shape[2], gamma)
        local z = F.instance_norm(layout(x), gamma)
        close(y, z, 1e-12, 1e-12)
        local wanted = dg.grad({ y }, { x, gamma }, { g })
        for i, gx in ipairs(dg.grad({ z }, { x, gamma }, { g })) do
          close(gx, wanted[i], 1e-10, 1e-10)
        end
      end
    end
  end)

  it("takes gamma and beta for 1 and 0 where they are missing", function()
    local x = dg.randn(2, 4, 3)
    local one, zero = dg.ones(4), dg.zeros(4)
    close(F.group_normalization(x, 2), F.group_normalization(x, 2, one, zero, 1e-5), 1e-6, 0)
    close(F.instance_norm(x), F.instance_norm(x, one, zero, 1e-5), 1e-6, 0)
  end)

  it("says what does not fit", function()
    local x = dg.zeros(2, 4, 3)
    for text, arguments in pairs {
      ["4 channels do not fall into 3 groups"] = { x, 3 },
      ["4 channels do not fall into 0 groups"] = { x, 0 },
      ["gamma has the shape 3, wanted 4, one for each channel"] = { x, 2, dg.ones(3) },
      ["beta has the shape 2x2, wanted 4"] = { x, 2, dg.ones(4), dg.ones(2, 2) },
      ["x has 1 axes, wanted batch x channels"] = { dg.zeros(3), 1 },
    } do
      local ok, message = pcall(F.group_normalization, unpack(arguments))
      assert.is_false(ok, text)
      assert.matches("group_normalization: " .. text, message)
    end
    assert.error_matches(function() F.instance_norm(x, dg.ones(3)) end,
      "instance_norm: gamma is float32 3, wanted float32 4")
  end)
end)
