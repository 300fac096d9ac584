--- Sums, means and maxima of rows by number.
local checks = require "dgraph.functions.loss_checks"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

-- What no id equals: then none is ignored.
local NONE = -0x8000000000000000LL
local WHO = "F.embedding_bag"

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- The rows of x added up by the numbers of their bags.
  local function add_up(bag, x, bags) return wrap(C.dg_embed_id_grad(bag, x, bags, 1, NONE)) end

  --- How many bags there are, and where they begin: positions from 1, the first is 1.
  local function check_offsets(offsets, count, include_last)
    if C.dg_ndim(offsets) ~= 1 then
      errors.raisef("%s: offsets have %d axes, wanted one", WHO, C.dg_ndim(offsets))
    end
    local before, list = 1, offsets:totable()
    for i, offset in ipairs(list) do
      if (i == 1 and offset ~= 1) or offset < before or offset > count + 1 then
        errors.raisef("%s: offset %d is %d: they rise from 1 to at most %d", WHO, i, offset,
          count + 1)
      end
      before = offset
    end
    local bags = #list - (include_last and 1 or 0)
    if bags < 0 or (bags == 0 and count > 0) or (include_last and list[#list] ~= count + 1) then
      errors.raisef("%s: %d offsets do not end at %d", WHO, #list, count + 1)
    end
    return bags, list
  end

  --- The number of the bag that each of the ids lies in.
  local function bags_of(offsets, count, bags)
    local begins = F.cast(offsets, "int64")[{ { 1, bags } }]
    local ones = F.cast(begins:ne(0), "float64")
    local marks = add_up(begins, F.reshape(ones, { bags, 1 }), count + 1)
    return F.cast(F.reshape(F.cumsum(marks, 1), { count + 1 })[{ { 1, count } }], "int64")
  end

  --- Ids in bags of one size, filled up with the id -1.
  local function as_matrix(x, offsets, bags, count)
    local longest, places = 1, {}
    for bag = 1, bags do
      longest = math.max(longest, (offsets[bag + 1] or count + 1) - offsets[bag])
    end
    for bag = 1, bags do
      local from, to = offsets[bag], (offsets[bag + 1] or count + 1) - 1
      places[bag] = {}
      for i = 1, longest do places[bag][i] = from + i - 1 <= to and from + i - 1 or count + 1 end
    end
    local padded = F.pad(F.cast(x, "int64"), { { 0, 1 } }, "constant", -1)
    return F.take(padded, create.tensor(places, { dtype = "int64", device = x.device }))
  end

  local function weighted(rows, weights)
    return weights and rows * F.expand_dims(weights, C.dg_ndim(weights) + 1) or rows
  end

  --- The largest elements over each bag of a matrix of ids; 0 in bags without any.
  local function largest(x, W, sparse, is_padding)
    local rows = F.embed_id(x, W, -1, sparse)
    local lowest = create.full_like(rows, -math.huge)
    local counted = F.where(F.expand_dims(is_padding, 3), lowest, rows)
    local found = F.select_item(counted, counted:argmax(2)) -- one of those that are equal
    local empty = F.expand_dims(F.sum(F.cast(is_padding, "int64"), 2):eq(x:dim(2)), 2)
    return F.where(empty, create.zeros_like(found), found)
  end

  local function wants(x, W, offsets, mode, weights)
    checks.reduction(WHO, mode, { "sum", "mean", "max" }, "mode")
    checks.float(WHO, W)
    local ndim = C.dg_ndim(x)
    if ndim ~= 1 and ndim ~= 2 then
      errors.raisef("%s: the ids have %d axes, wanted one or two", WHO, ndim)
    end
    if (ndim == 1) ~= (offsets ~= nil) then
      errors.raisef("%s: offsets are given for a list of ids, and only for one", WHO)
    end
    if weights and mode ~= "sum" then
      errors.raisef("%s: per_sample_weights are for the mode \"sum\", not %q", WHO, mode)
    end
    if weights and not checks.same_shape(weights, x) then
      errors.raisef("%s: per_sample_weights have shape %s, wanted %s as the ids", WHO,
        table.concat(weights.shape, "x"), table.concat(x.shape, "x"))
    end
  end

  --- y with the bias, of the columns of W.
  local function biased(y, W, bias)
    if bias.dtype ~= W.dtype then
      errors.raisef("%s: the bias is %s, wanted %s as W (cast one of them)", WHO, bias.dtype,
        W.dtype)
    end
    if C.dg_ndim(bias) ~= 1 or C.dg_size(bias) ~= C.dg_dim(W, 1) then
      errors.raisef("%s: the bias has shape %s, wanted %d as W has columns", WHO,
        table.concat(bias.shape, "x"), C.dg_dim(W, 1))
    end
    return y + bias
  end

  --- Bags of any kind, by several operators.
  local function bags_without_bias(x, W, offsets, mode, sparse, weights, include_last, padding_idx)
    wants(x, W, offsets, mode, weights)
    local count, list, bags = C.dg_size(x), nil, nil
    if offsets then bags, list = check_offsets(offsets, count, include_last) end
    local ignored = padding_idx or NONE
    native.check(C.dg_count_labels(WHO, x, C.dg_dim(W, 0), 1, ignored))
    local ids = F.cast(x, "int64")
    if bags == 0 then return F.embed_id(ids, W) end
    if padding_idx then ids = F.where(ids:eq(padding_idx), create.full_like(ids, -1), ids) end
    if mode == "max" then
      if offsets then ids = as_matrix(ids, list, bags, count) end
      return largest(ids, W, sparse, ids:eq(-1))
    end
    local rows = weighted(F.embed_id(ids, W, -1, sparse), weights)
    local counts = mode == "mean" and F.cast(ids:ne(-1), W.dtype)
    local sums, sizes
    if offsets then
      local bag = bags_of(offsets, count, bags)
      sums = add_up(bag, rows, bags)
      sizes = counts and add_up(bag, F.reshape(counts, { count, 1 }), bags)
    else
      sums, sizes = F.sum(rows, 2), counts and F.sum(counts, 2, true)
    end
    return counts and sums / F.clip(sizes, 1, math.huge) or sums
  end

  --- Family: bags of rows
  --- Shapes: x: bags x size, or a list with `offsets`; W: ids x size; y: bags x size.
  --- Dtypes: x, offsets: int32, int64 or uint8; W: floats; y has W's.
  --- Errors: an unknown mode; offsets that do not rise from 1 to at most the end; ids that are not
  --- 1 to the rows of W, nor padding_idx; weights for another mode than "sum" or of another shape
  --- than x; a bias that is not as a row of W.
  --- Source: PyTorch.

  --- The sum, mean or largest elements (`mode`) of the rows of W that each bag of ids names,
  --- counted from 1. x: bags x size, or with `offsets` a list: the positions at which bags begin,
  --- the first of them 1; `include_last_offset` says that the end of the last one follows.
  --- `per_sample_weights`, of x's shape, scale the rows of a sum; the id `padding_idx` is left out.
  --- A bag without ids gives 0. `bias`, an element for each column of W, is added to all.
  --- The gradient of a leaf W is that of F.embed_id, `sparse`.
  declare("embedding_bag(x, W, offsets: tensor?, mode: any = 'mean', sparse: boolean = true, "
    .. "per_sample_weights: tensor?, include_last_offset: boolean = false, padding_idx: integer?, "
    .. "bias: tensor?)",
    function(x, W, offsets, mode, sparse, weights, include_last, padding_idx, bias)
      if mode == "sum" and not offsets and not weights and C.dg_ndim(x) == 2 then -- most are so
        return wrap(C.dg_embedding_bag(x, W, bias, 1, padding_idx or NONE, sparse))
      end
      local y = bags_without_bias(x, W, offsets, mode, sparse, weights, include_last, padding_idx)
      if bias then return biased(y, W, bias) end
      return y
    end)
end
