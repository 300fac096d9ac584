--- The errors of functions about arrays and mathematics, which their doc comments tell.
local dg = require "dgraph"
local provoke_errors = require "spec.support.provoke_errors"

local F = dg.F

local function places(t) return dg.tensor(t, "int64") end
local function labels(t) return dg.tensor(t, "int32") end

local x, v, one, none = dg.ones(2, 3), dg.ones(3), dg.ones {}, dg.zeros(0)
local flat, cube = dg.zeros(2, 2), dg.ones(2, 2, 2)

local function twice()
  F.forget(F.exp, dg.Variable { 1 }):backward { enable_double_backprop = true }
end

local function overwritten()
  local leaf = dg.Variable { 1 }
  local y = F.forget(F.exp, leaf)
  leaf.data = dg.zeros(1)
  y:backward()
end

local WITHOUT_LAPACK = "needs OpenBLAS for its LAPACK, got built-in"

provoke_errors(false, {
  softplus = { { "softplus: beta is 0", F.softplus, x, 0 } },
  softmax = { { "softmax: axis 2 is out of range for 1 axes", F.softmax, v } },
  log_softmax = { { "log_softmax: axis 2 is out of range for 1 axes", F.log_softmax, v } },
  clipped_relu = {
    { "clipped_relu: the lower end 0 is not below the upper end 0", F.clipped_relu, x, 0 },
  },
  hardtanh = {
    { "hardtanh: the lower end 1 is not below the upper end 1", F.hardtanh, x, 1, 1 },
  },
  gelu = { { 'F.gelu: approximate must be "none" or "tanh", got "erf"', F.gelu, x, "erf" } },
  maxout = {
    { "F.maxout: axis 2 has size 3, no multiple of the pool's size 2", F.maxout, x, 2 },
  },
  rrelu = {
    { "F.rrelu: wanted 0 <= l < u < 1, got l = 0.5, u = 0.5", F.rrelu, x, 0.5, 0.5 },
    { "rrelu: shapes 2x3 and 3 differ", F.rrelu, x, { r = v } },
  },
  moveaxis = { { "F.moveaxis: 2 sources and 1 destinations", F.moveaxis, x, { 1, 2 }, { 1 } } },
  roll = { { "F.roll: 2 shifts for 1 axes", F.roll, x, { 1, 2 }, { 1 } } },
  ["Family: tensors side by side"] = { { "concat: no tensors given", F.hstack, {} } },
  meshgrid = { { 'F.meshgrid: indexing is "xy" or "ij", not "yx"', F.meshgrid, { v }, "yx" } },
  trace = { { "diagonal: axis 1 is given twice", F.trace, x, 0, 1, 1 } },
  diag = { { "F.diag: wanted a vector or a matrix, got 3 axes", F.diag, cube } },
  as_strided = {
    { "F.as_strided: wanted one stride for each of 1 axes", F.as_strided, x, { 2 }, { 1, 1 } },
    { "as_strided: shape, strides and offset reach beyond the input's memory",
      F.as_strided, x, { 7 }, { 1 } },
    { "as_strided: elements of the input share memory (copy it first)",
      F.as_strided, F.broadcast_to(v, { 2, 3 }), { 2 }, { 1 } },
  },
  pad_sequence = {
    { "stack: no tensors given", F.pad_sequence, {} },
    { "F.pad_sequence: xs[1] has no axes", F.pad_sequence, { one } },
    { "F.pad_sequence: length is 2, a sequence has 3", F.pad_sequence, { v }, 2 },
  },
  transpose_sequence = {
    { "F.transpose_sequence: xs[1] has no axes", F.transpose_sequence, { one } },
    { "F.transpose_sequence: the longest comes first, but lengths 1 and 2 are 1 and 3",
      F.transpose_sequence, { v[{ { 1, 1 } }], v } },
  },
  permutate = {
    { "F.permutate: index 2 is 1, wanted each of 1 to 3 once", F.permutate, v, { 1, 1, 2 } },
  },
  reshape = {
    { "reshape: shape 2x3 has 6 elements, 4 has 4", F.reshape, x, { 4 } },
    { "reshape: axis 2 has a negative size", F.reshape, x, { -1, -1 } },
  },
  broadcast_to = {
    { "broadcast_to: shape 2x3 does not broadcast to 2x2", F.broadcast_to, x, { 2, 2 } },
  },
  transpose = { { "transpose: axis 1 is given twice", F.transpose, x, { 1, 1 } } },
  squeeze = { { "squeeze: axis 1 has size 2, wanted 1", F.squeeze, x, 1 } },
  ["Family: elements by position"] = {
    { "take: index 3 is out of range for axis 1: wanted 1 to 2, or -2 to -1",
      F.take, x, places { 3 } },
  },
  get_item = {
    { "index: index 3 is out of range for axis 1 of size 2", F.get_item, x, 3 },
    { "index: more than 2 indices for a tensor of 2 axes", F.get_item, x, { 1, 1, 1 } },
    { "index: positions count from 1 (or -1 from the end), got 0",
      F.get_item, x, { { 1, 2, 0 } } },
    { "mask_select: a mask of shape 3 for a tensor of shape 2x3",
      F.get_item, x, dg.ones({ 3 }, "bool") },
  },
  concat = { { "concat: no tensors given", F.concat, {} } },
  stack = { { "stack: no tensors given", F.stack, {} } },
  split = {
    { "split: axis 2 of size 3 does not divide into 2 equal parts", F.split, x, 2, 2 },
    { "split: the sizes of 2 parts do not add up to the 3 of axis 2", F.split, x, { 1, 1 }, 2 },
  },
  split_axis = {
    { "split: axis 2 of size 3 does not divide into 2 equal parts", F.split_axis, x, 2, 2 },
    { "F.split_axis: position 2 is 2; it must rise and be at most 4",
      F.split_axis, x, { 3, 2 }, 2 },
  },
  select_item = {
    { "select_item: label 4 (element 2) is not one of 1 to 3",
      F.select_item, x, labels { 1, 4 } },
  },
  diagonal = { { "diagonal: axis 1 is given twice", F.diagonal, x, 0, 1, 1 } },
  pad = {
    { 'F.pad: the only mode is "constant"', F.pad, x, 1, "edge" },
    { "pad: axis 1 cannot grow by -1 and -1", F.pad, x, -1 },
    { "F.pad: widths for 1 axes, x has 2", F.pad, x, { { 1, 1 } } },
  },
  repeat_ = {
    { "F.repeat_: 2 repeats for 3 places", F.repeat_, v, { 1, 2 }, 1 },
    { "repeat: axis 1 cannot be had -1 times", F.repeat_, v, -1 },
  },
  tile = { { "F.tile: size 1 is -1", F.tile, v, -1 } },
  ["Family: elements by tensors of positions"] = {
    { "gather: index 3 is out of range for axis 1: wanted 1 to 2, or -2 to -1",
      F.gather, x, 1, places { { 3 } } },
  },
  scatter_add = {
    { "index: index 3 is out of range for axis 1 of size 2", F.scatter_add, x, 3, v },
  },
  index_add = {
    { "F.index_add: wanted an index of one axis, got 2", F.index_add, x, 1, places { { 1 } }, x },
    { "scatter_add: index 3 is out of range for axis 1: wanted 1 to 2, or -2 to -1",
      F.index_add, x, 1, places { 3 }, dg.ones(1, 3) },
  },
  masked_fill = {
    { "F.masked_fill: the value has 1 axes, wanted one number", F.masked_fill, x, x:gt(0), v },
  },
  one_hot = {
    { "scatter: index 4 is out of range for axis 2: wanted 1 to 3, or -3 to -1",
      F.one_hot, labels { 4 }, 3 },
    { "F.one_hot: without labels num_classes is wanted", F.one_hot, dg.zeros({ 0 }, "int32") },
  },
  topk = { { "F.topk: k is 4, axis -1 has size 3", F.topk, x, 4 } },
  ["Family: Fourier transforms"] = {
    { "F.fft: wanted a real and an imaginary part, got 1 tensors", F.fft, { x } },
    { "F.ifft: there is nothing to transform along the last axis", F.ifft, { none, none } },
  },
  inv = {
    { "inv: the matrix is singular", F.inv, flat },
    { WITHOUT_LAPACK, "inv" },
  },
  batch_inv = {
    { "inv: matrix 1 of the stack is singular", F.batch_inv, dg.zeros(1, 2, 2) },
    { WITHOUT_LAPACK, "inv" },
  },
  solve = {
    { "solve: the matrix is singular", F.solve, flat, flat },
    { WITHOUT_LAPACK, "solve" },
  },
  cholesky = {
    { "cholesky: the matrix is not positive definite", F.cholesky, -flat },
    { WITHOUT_LAPACK, "cholesky" },
  },
  ["Family: matrices"] = { { WITHOUT_LAPACK, "det" } },
  ["Family: division and powers"] = {
    { "floordiv: division of int64 by zero", F.floordiv, places { 1 }, 0 },
  },
  ["Family: arithmetic"] = {
    { "mul: the tensor is int64, the number 0.5 is not whole (cast the tensor)",
      F.mul, places { 1 }, 0.5 },
  },
  add = {
    { "add: the tensor is int64, the number 0.5 is not whole (cast the tensor)",
      F.add, places { 1 }, 0.5 },
  },
  clip = { { "clip: the minimum 1 is above the maximum 0", F.clip, x, 1, 0 } },
  sum_to = { { "sum_to: axis 2 has size 3, which cannot become 2", F.sum_to, x, { 2, 2 } } },
  max = { { "max: an empty axis has no maximum", F.max, none } },
  min = { { "min: an empty axis has no minimum", F.min, none } },
  argmax = { { "argmax: an empty axis has no maximum", F.argmax, none } },
  argmin = { { "argmin: an empty axis has no minimum", F.argmin, none } },
  average = {
    { "broadcast_to: shape 4x1 does not broadcast to 2x3", F.average, x, 1, dg.ones(4) },
  },
  einsum = {
    { 'F.einsum: "i1" is no list of letters with at most one "..." (in "i1")',
      F.einsum, "i1", x },
    { "F.einsum: 1 operands for 2 terms", F.einsum, "ij,jk", x },
    { "F.einsum: index i has sizes 2 and 3", F.einsum, "ij,ij", x, F.transpose(x) },
  },
  tensordot = {
    { "F.tensordot: 2 axes of a, 1 of b", F.tensordot, x, x, { { 1, 2 }, { 1 } } },
    { "F.tensordot: axis 1 is given twice", F.tensordot, x, x, { { 1, 1 }, { 1, 1 } } },
  },
  batch_matmul = {
    { "F.batch_matmul: wanted a batch of matrices or vectors, got 1 and 2 axes",
      F.batch_matmul, v, x },
  },
  sparse_matmul = {
    { "F.sparse_matmul: wanted a CooMatrix and a tensor, got a tensor and a tensor",
      F.sparse_matmul, x, x },
  },
  bilinear = {
    { "F.bilinear: V1, V2 and b come together or not at all",
      F.bilinear, x, x, dg.ones(3, 3, 2), dg.ones(3, 2) },
  },
  ["Family: functions about functions"] = {
    { "F.forget: the first argument must be a function, got 5", F.forget, 5, x },
    { "F.forget: what it forgot cannot be differentiated twice", twice },
    { "F.forget: argument 1 was overwritten before backward", overwritten },
  },
})
