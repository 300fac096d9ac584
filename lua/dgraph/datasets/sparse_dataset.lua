--- Rows of few numbers: the positions and values of those that are not 0, and a label for each.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local dtypes = require "dgraph.dtypes"
local ffi = require "ffi"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.SparseDataset: dgraph.Dataset
---@field indices dgraph.Tensor  int64: the features of all rows one after the other, from 1
---@field values dgraph.Tensor  what they are
---@field offsets dgraph.Tensor  int64: the place in `indices` at which each row begins, from 1
---@field labels dgraph.Tensor  of each row
---@field n_features integer  the largest feature, or what the reader was told
local SparseDataset = { name = "SparseDataset" }
SparseDataset.__index = SparseDataset

--- The number of rows.
---@return integer
function SparseDataset:len() return self.labels.shape[1] end

--- Returns a function that copies the elements `from` to `to` of one tensor behind `at` of another
--- of its dtype, all counted from 0.
local function copier(source, target)
  local size = dtypes.size(source.dtype)
  local read = ffi.cast("const uint8_t *", C.dg_bytes(source))
  local write = ffi.cast("uint8_t *", target:pointer())
  return function(at, from, to)
    ffi.copy(write + at * size, read + from * size, (to - from + 1) * size)
  end
end

--- Some rows in the same form: indices, values, offsets and labels, ready for
--- `F.embedding_bag(indices, W, offsets, "sum", true, values)`.
---@param positions integer[]|dgraph.Tensor
---@return dgraph.Tensor indices
---@return dgraph.Tensor values
---@return dgraph.Tensor offsets
---@return dgraph.Tensor labels
function SparseDataset:batch(positions)
  local dg = require "dgraph"
  positions = access.positions(positions, #self, self.name)
  local begins, count = self.offsets:pointer(), self.indices.size
  local rows = #self
  local function run_of(position)
    local next_begin = position < rows and tonumber(begins[position]) or count + 1
    return tonumber(begins[position - 1]) - 1, next_begin - 2
  end
  local total = 0
  for i = 1, #positions do
    local from, to = run_of(positions[i])
    total = total + to - from + 1
  end
  local indices = dg.empty({ total }, { dtype = "int64", device = "cpu" })
  local values = dg.empty({ total }, { dtype = self.values.dtype, device = "cpu" })
  local offsets = dg.empty({ #positions }, { dtype = "int64", device = "cpu" })
  local copy_indices, copy_values = copier(self.indices, indices), copier(self.values, values)
  local to_offsets, at = offsets:pointer(), 0
  for i = 1, #positions do
    local from, to = run_of(positions[i])
    copy_indices(at, from, to)
    copy_values(at, from, to)
    to_offsets[i - 1] = at + 1
    at = at + to - from + 1
  end
  return indices, values, offsets, access.rows(self.labels, positions)
end

--- One row: its indices, its values and its label.
---@param i integer
---@return { [1]: dgraph.Tensor, [2]: dgraph.Tensor, [3]: dgraph.Tensor }
function SparseDataset:get_example(i)
  local indices, values, _, labels = self:batch { i }
  return { indices, values, labels:reshape {} }
end

--- Makes a dataset of rows that lie one after the other.
---@param fields { indices: dgraph.Tensor, values: dgraph.Tensor, offsets: dgraph.Tensor, labels:
--- dgraph.Tensor, n_features: integer }
---@return dgraph.SparseDataset
return function(fields) return DatasetMixin(setmetatable(fields, SparseDataset)) end
