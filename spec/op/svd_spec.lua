local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, shape in ipairs {
  { 3, 3 }, { 4, 2 }, { 2, 4 }, { 1, 1 }, { 0, 2 }, { 2, 2, 0 }, { 2, 3, 2 },
} do
  op_case("svd of " .. table.concat(shape, "x"), {
    f = function(x) return F.svd(x, false) end,
    inputs = matrices.inputs(shape),
    shapes = { {} },
    bad_shapes = { { { 3 } } },
    elementwise = false,
    nan = "refused",
    overwritten = { "y" },
    error_name = "svd",
  })
end

op_case("svd", { -- each result alone, and full matrices of square ones
  f = function(x) return F.svd(x, { full_matrices = true })[{ {}, 1 }] end,
  inputs = matrices.inputs { 3, 3 },
  shapes = { {}, {} },
  elementwise = false,
  nan = "refused",
  overwritten = {},
})

describe("svd", function()
  local x = dg.tensor({ { 3, 0 }, { 0, -2 }, { 0, 0 } }, "float64")

  it("gives known values", function()
    local u, s, vh = F.svd(x, false)
    assert.same({ 3, 2 }, s:totable())
    assert.same({ { 3, 2 }, { 2 }, { 2, 2 } }, { u.shape, s.shape, vh.shape })
  end)

  it("gives square matrices by default, as PyTorch", function()
    local u, s, vh = F.svd(x)
    assert.same({ { 3, 3 }, { 2 }, { 2, 2 } }, { u.shape, s.shape, vh.shape })
    local product = F.matmul(F.swapaxes(u, 1, 2), u)
    assert.near(0, F.abs(product - dg.eye(3, 3, "float64")):max():item(), 1e-14)
    assert.same({ { 1, 0 }, { 0, 1 } }, (F.svd(dg.zeros(2, 0))):totable())
  end)

  it("has gradients of each result alone", function()
    for which = 1, 3 do
      dg.gradient_check.check_backward(function(v)
        return (select(which, F.svd(v, false)))
      end, matrices.regular(require "spec.support.drawer"({}, 4), { 3, 2 }), dg.ones_like(
        (select(which, F.svd(x, false)))))
    end
  end)

  it("has gradients of singular values alone with full matrices", function()
    local w = dg.Variable(x)
    local _, s = F.svd(w)
    s:sum():backward()
    assert.same({ { 1, 0 }, { 0, -1 }, { 0, 0 } }, w.grad:totable())
  end)

  it("has no gradient of vectors that are arbitrary", function()
    local u = F.svd(dg.Variable(x))
    assert.error_matches(function() u:sum():backward() end,
      "svd: full_matrices of matrices that are not square have no gradient")
  end)

  it("refuses what has no singular values", function()
    assert.error_matches(function() F.svd(dg.full({ 2, 2 }, 0 / 0)) end,
      "svd: the matrix has elements that are NaN or infinite")
    assert.error_matches(function() F.svd(dg.zeros(2)) end, "svd: wanted matrices, got shape 2")
  end)
end)
