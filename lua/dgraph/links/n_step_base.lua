--- What the links over whole sequences share: layers of weights, and sorting by length.
local ChainList = require "dgraph.chain_list"
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"
local n_step = require "dgraph.functions.n_step"
local native = require "dgraph.native"

local C = native.C

--- Each layer, and in links of two directions each direction of it, is a link with the weights w0,
--- w1 ... and biases b0, b1 ... of the function n_step_...
---@class dgraph.NStepBase: dgraph.ChainList
---@field n_layers integer
---@field out_size integer
---@field dropout number
---@field direction 1|2
---@field mode "lstm"|"gru"|"tanh"|"relu"
---@field n_weights integer
local NStepBase = ChainList:extend("NStepBase")

---@param n_layers integer
---@param in_size integer
---@param out_size integer  of each direction
---@param dropout number  between layers
function NStepBase:init(n_layers, in_size, out_size, dropout)
  arguments.size(self._name, "n_layers", n_layers)
  arguments.size(self._name, "in_size", in_size)
  arguments.size(self._name, "out_size", out_size)
  if type(dropout) ~= "number" or not (dropout >= 0 and dropout < 1) then
    errors.raisef("%s: dropout is a number from 0 to below 1, not %s", self._name,
      check.spell(dropout))
  end
  self.n_layers, self.in_size, self.out_size = n_layers, in_size, out_size
  self.dropout = dropout
  for layer = 1, n_layers do
    for _ = 1, self.direction do
      local weights = Link()
      for k = 0, self.n_weights - 1 do
        local inputs = out_size
        if k < self.n_weights / 2 then
          inputs = layer == 1 and in_size or out_size * self.direction
        end
        weights["w" .. k] = Parameter(initializers.Normal(math.sqrt(1 / inputs)),
          { out_size, inputs })
        weights["b" .. k] = Parameter(0, { out_size })
      end
      self:append(weights)
    end
  end
end

--- The weights, or biases, of all layers as lists.
local function gather(self, letter)
  local lists = {}
  for i = 1, #self do
    local list, link = {}, self[i]
    for k = 1, self.n_weights do list[k] = link[letter .. (k - 1)] end
    lists[i] = list
  end
  return lists
end

local function positions(list, like)
  return create.tensor(list, { dtype = "int64", device = like.device })
end

--- The sequences one step after the other: the rows, the sizes of the steps, and the order by which
--- the longest comes first, nil where that is the order they are in.
local function pack(self, xs)
  local _, count = check.tensors(xs, self._name, "xs")
  if count == 0 then errors.raisef("%s: xs has no sequences", self._name) end
  local lengths, order, is_sorted, total = {}, {}, true, 0
  for i = 1, count do
    if C.dg_ndim(xs[i]) ~= 2 then
      errors.raisef("%s: sequence %d has shape %s, wanted steps x in", self._name, i,
        table.concat(xs[i].shape, "x"))
    end
    lengths[i], order[i] = C.dg_dim(xs[i], 0), i
    total = total + lengths[i]
    is_sorted = is_sorted and (i == 1 or lengths[i] <= lengths[i - 1])
  end
  table.sort(order, function(a, b)
    if lengths[a] ~= lengths[b] then return lengths[a] > lengths[b] end
    return a < b
  end)
  local sorted, from, at = {}, {}, 1
  for k = 1, count do
    sorted[k], from[k] = xs[order[k]], at
    at = at + lengths[order[k]]
  end
  local rows, sizes = {}, {}
  for t = 1, lengths[order[1]] do
    local k = 1
    while k <= count and lengths[order[k]] >= t do
      rows[#rows + 1] = from[k] + t - 1
      k = k + 1
    end
    sizes[t] = k - 1
  end
  if total == 0 then errors.raisef("%s: all sequences are empty", self._name) end
  local x = F.take(F.concat(sorted, 1), positions(rows, xs[1]), 1)
  return x, sizes, { order = not is_sorted and order, rows = rows, lengths = lengths, all = order }
end

--- The outputs of all steps as a list of sequences, in the order of xs.
local function unpack_sequences(ys, packing)
  local back, sizes, list = {}, {}, {}
  for at, row in ipairs(packing.rows) do back[row] = at end
  for k, i in ipairs(packing.all) do sizes[k] = packing.lengths[i] end
  local parts = F.split(F.take(ys, positions(back, ys), 1), sizes, 1)
  for k, i in ipairs(packing.all) do list[i] = parts[k] end
  return list
end

--- A state as a list by layers, sequences sorted; zeros where there is none.
local function separate(self, hx, count, like, packing)
  local total = self.n_layers * self.direction
  if hx == nil then
    local zeros = create.zeros({ count, self.out_size }, { dtype = like.dtype,
      device = like.device })
    local list = {}
    for i = 1, total do list[i] = zeros end
    return list
  end
  local shape = hx.shape
  if #shape ~= 3 or shape[1] ~= total or shape[2] ~= count or shape[3] ~= self.out_size then
    errors.raisef("%s: the state has shape %s, wanted %dx%dx%d", self._name,
      table.concat(shape, "x"), total, count, self.out_size)
  end
  if packing and packing.order then hx = F.take(hx, positions(packing.order, hx), 2) end
  return F.separate(hx, 1)
end

local function join(hs, packing)
  local hy = F.stack(hs, 1)
  if not (packing and packing.order) then return hy end
  local back = {}
  for k, i in ipairs(packing.order) do back[i] = k end
  return F.take(hy, positions(back, hy), 2)
end

--- Runs all layers: h, c in the end and the outputs.
function NStepBase:run(hx, cx, xs)
  local x, sizes, packing, count
  if native.is_tensor(xs) then
    local shape = xs.shape
    if #shape ~= 3 or shape[2] == 0 then
      errors.raisef("%s: xs has shape %s, wanted batch x steps x in", self._name,
        table.concat(shape, "x"))
    end
    sizes, count = {}, shape[1]
    for t = 1, shape[2] do sizes[t] = count end
    x = F.reshape(F.swapaxes(xs, 1, 2), { shape[2] * count, shape[3] })
  else
    x, sizes, packing = pack(self, xs)
    count = #xs
  end
  local is_lstm = self.mode == "lstm"
  local hs = separate(self, hx, count, x, packing)
  local cs = is_lstm and separate(self, cx, count, x, packing) or nil
  local hy, cy, ys = n_step.layers(F, self.mode, self.direction, self.n_layers, self.dropout, hs,
    cs, gather(self, "w"), gather(self, "b"), x, sizes)
  if packing then
    ys = unpack_sequences(ys, packing)
  else
    ys = F.swapaxes(F.reshape(ys, { #sizes, count, ys:dim(2) }), 1, 2)
  end
  return join(hy, packing), is_lstm and join(cy, packing) or nil, ys
end

--- Links but those of LSTMs.
---@param hx dgraph.Tensor?  where h begins, layers x batch x out; nil: 0
---@param xs dgraph.Tensor[]|dgraph.Tensor  sequences of any lengths, steps x in each; or one
---  tensor, batch x steps x in
---@return dgraph.Tensor hy  h in the end
---@return dgraph.Tensor[]|dgraph.Tensor ys  the last layer's h of all steps, as xs came
function NStepBase:forward(hx, xs)
  local hy, _, ys = self:run(hx, nil, xs)
  return hy, ys
end

function NStepBase:printable_specs()
  return {
    { "n_layers", self.n_layers }, { "in_size", self.in_size }, { "out_size", self.out_size },
    { "dropout", self.dropout },
  }
end

return NStepBase
