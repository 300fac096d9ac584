--- Products of several kinds, all made of matrix products: einsum, tensordot, dot, bilinear.
local check = require "dgraph.check"
local errors = require "dgraph.errors"

--- The axes of one operand that tensordot sums over, counted from 1.
local function summed(axes, ndim)
  local list, seen = {}, {}
  for i, axis in ipairs(type(axes) == "table" and axes or { axes }) do
    check.position(axis, "F.tensordot", "axis")
    local at = axis < 0 and ndim + 1 + axis or axis
    if at < 1 or at > ndim then
      errors.raisef("F.tensordot: axis %d is out of range for %d axes", axis, ndim)
    end
    if seen[at] then errors.raisef("F.tensordot: axis %d is given twice", at) end
    list[i], seen[at] = at, true
  end
  return list, seen
end

--- The axes of both operands, out of what tensordot takes.
local function both_axes(a, b, axes)
  local ndim, other = a.ndim, b.ndim
  if type(axes) == "table" then
    if #axes ~= 2 then errors.raise "F.tensordot: axes are a number or two lists" end
    return axes[1], axes[2]
  end
  check.integer(axes, "F.tensordot", "axes")
  if axes < 0 or axes > ndim or axes > other then
    errors.raisef("F.tensordot: %d axes of tensors with %d and %d", axes, ndim, other)
  end
  local last, first = {}, {}
  for i = 1, axes do last[i], first[i] = ndim - axes + i, i end
  return last, first
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: products
  --- Shapes: a, b: any.
  --- Dtypes: numbers, one for both; y has it. Integers wrap around.
  --- Errors: none.
  --- Source: NumPy.

  --- Products of tensors summed over indices, as a formula says: "ij,jk->ik" is the matrix product,
  --- "ii->i" the diagonal, "ij->" the sum. "..." stands for axes that are broadcast; without an
  --- arrow the result has the letters that occur once, in the order of the alphabet. Of several
  --- operands those pairs come first whose product is smallest.
  --- Shapes: as the subscripts say.
  --- Dtypes: numbers, one for all, and of one operand any; y has it.
  --- Errors: subscripts that are no formula; other than one operand for each term; indices with
  --- different sizes.
  ---@param subscripts string
  ---@param ... dgraph.Tensor
  ---@return dgraph.Tensor
  function F.einsum(subscripts, ...)
    return require "dgraph.functions.einsum"(F, subscripts, { ... })
  end

  --- The sum of a's products with b over the last `axes` axes of a and the first of b, or over the
  --- axes that two lists (or numbers) name.
  --- Shapes: a, b: any with equal sizes along the axes summed over; y: the other axes of a, then
  --- those of b.
  --- Errors: other than two lists of equal length; axes given twice.
  ---@param axes? integer|integer[][]
  declare("tensordot(a, b, axes: any = 2)", function(a, b, axes)
    local in_a, in_b = both_axes(a, b, axes)
    local from, is_from = summed(in_a, a.ndim)
    local to, is_to = summed(in_b, b.ndim)
    if #from ~= #to then errors.raisef("F.tensordot: %d axes of a, %d of b", #from, #to) end
    local order_a, order_b, shape = {}, {}, {}
    local rows, inner, columns = 1, 1, 1
    for i = 1, a.ndim do
      if not is_from[i] then
        order_a[#order_a + 1], shape[#shape + 1], rows = i, a:dim(i), rows * a:dim(i)
      end
    end
    for i = 1, #from do
      local size = a:dim(from[i])
      if size ~= b:dim(to[i]) then
        errors.raisef("F.tensordot: axis %d of a has size %d, axis %d of b %d", from[i], size,
          to[i], b:dim(to[i]))
      end
      order_a[#order_a + 1], order_b[i], inner = from[i], to[i], inner * size
    end
    for i = 1, b.ndim do
      if not is_to[i] then
        order_b[#order_b + 1], shape[#shape + 1], columns = i, b:dim(i), columns * b:dim(i)
      end
    end
    if a.ndim > 0 then a = F.transpose(a, order_a) end
    if b.ndim > 0 then b = F.transpose(b, order_b) end
    local y = F.matmul(F.reshape(a, { rows, inner }), F.reshape(b, { inner, columns }))
    return F.reshape(y, shape)
  end)

  --- The products of the matrices at each place of the first axis; B x N are B columns.
  --- Shapes: a: batch x m x k; b: batch x k x n, or batch x n for vectors; y: batch x m x n.
  --- Errors: operands of less than two axes.
  --- Source: Chainer.
  declare("batch_matmul(a, b, transa: boolean = false, transb: boolean = false)",
    function(a, b, transa, transb)
      if a.ndim < 2 or b.ndim < 2 then
        errors.raisef("F.batch_matmul: wanted a batch of matrices or vectors, got %d and %d axes",
          a.ndim, b.ndim)
      end
      if a.ndim == 2 then a = F.expand_dims(a, 3) end
      if b.ndim == 2 then b = F.expand_dims(b, 3) end
      return F.matmul(a, b, transa, transb)
    end)
  --- The product as NumPy's dot: over the last axis of a and the last but one of b (the only one of
  --- a vector); with a tensor without axes, of each element.
  --- Shapes: a: ... x k; b: ... x k x n or k; y: the other axes of a, then those of b.
  declare("dot(a, b)", function(a, b)
    if a.ndim == 0 or b.ndim == 0 then return F.mul(a, b) end
    return F.tensordot(a, b, { -1, b.ndim == 1 and 1 or -2 })
  end)
  --- The sum of the products of all elements, whatever the shapes are.
  --- Shapes: a, b: any, of as many elements; y: one number.
  declare("vdot(a, b)", function(a, b) return F.matmul(F.flatten(a), F.flatten(b)) end)
  --- The product of each element of a (rows) with each of b (columns).
  --- Shapes: a, b: any; y: size of a x size of b.
  declare("outer(a, b)", function(a, b)
    return F.matmul(F.reshape(a, { -1, 1 }), F.reshape(b, { 1, -1 }))
  end)

  --- The product of a sparse matrix (`dg.utils.CooMatrix`) and a tensor, whichever comes first, or
  --- of batches of both; `transa` and `transb` transpose them. Gradients flow to the tensor and to
  --- the values of the entries. Takes memory for entries x n numbers, or x m where the tensor comes
  --- first.
  --- Shapes: a: (batch x) m x k; b: (batch x) k x n; y: (batch x) m x n.
  --- Dtypes: floats, one for both; y has it.
  --- Errors: other than one sparse matrix and one tensor.
  --- Source: Chainer.
  ---@param a dgraph.CooMatrix|dgraph.Tensor
  ---@param b dgraph.CooMatrix|dgraph.Tensor
  ---@param transa? boolean  false
  ---@param transb? boolean  false
  ---@return dgraph.Tensor
  function F.sparse_matmul(a, b, transa, transb)
    return require "dgraph.functions.sparse_matmul"(F, a, b, transa, transb)
  end

  --- Rows without axes other than the first.
  local function as_matrix(x)
    if x.ndim == 0 then errors.raise "F.bilinear: the inputs need an axis for the batch" end
    if x.ndim == 2 then return x end
    local shape, columns = x.shape, 1
    for i = 2, #shape do columns = columns * shape[i] end
    return F.reshape(x, { shape[1], columns })
  end

  --- y[l] = e1' W[..][..][l] e2 for each row of e1 and e2: batch x J, batch x K; W: J x K x L. With
  --- the linear terms e1 V1 + e2 V2 + b where V1 (J x L), V2 (K x L) and b (L) are given, all or
  --- none.
  --- Shapes: e1: batch x J; e2: batch x K (axes behind the batch count as one); W: J x K x L; y:
  --- batch x L.
  --- Dtypes: numbers, one for all; y has it.
  --- Errors: some of V1, V2 and b without the others.
  --- Source: Chainer.
  declare("bilinear(e1, e2, W, V1: tensor?, V2: tensor?, b: tensor?)",
    function(e1, e2, W, V1, V2, b)
      if (V1 == nil) ~= (V2 == nil) or (V1 == nil) ~= (b == nil) then
        errors.raise "F.bilinear: V1, V2 and b come together or not at all"
      end
      e1, e2 = as_matrix(e1), as_matrix(e2)
      if W.ndim ~= 3 or e1:dim(1) ~= e2:dim(1) or e1:dim(2) ~= W:dim(1)
          or e2:dim(2) ~= W:dim(2) then
        errors.raisef("F.bilinear: shapes %s, %s and %s do not fit",
          table.concat(e1.shape, "x"), table.concat(e2.shape, "x"), table.concat(W.shape, "x"))
      end
      local rows, pairs_ = e1:dim(1), e1:dim(2) * e2:dim(2)
      local products = F.expand_dims(e1, 3) * F.expand_dims(e2, 2)
      local y = F.matmul(F.reshape(products, { rows, pairs_ }), F.reshape(W, { pairs_, W:dim(3) }))
      if not V1 then return y end
      return y + F.matmul(e1, V1) + F.matmul(e2, V2) + b
    end)
end
