--- Has a layer use its weight divided by its largest singular value, so that it lengthens nothing:
--- for the discriminators of adversarial networks.
--
-- The value is estimated by power iteration, from vectors that the layer keeps as `W_u` and saves:
-- each call goes on from where the one before was, while `dg.config.train` is true. A file of a
-- whole model (`save_model`) has no hooks: save numbers alone, or take the hook off before.
--- Source: Chainer; Miyato et al., arXiv:1802.05957.
local F = require "dgraph.functions"
local WeightHook = require "dgraph.link_hooks.weight_hook"
local arguments = require "dgraph.links.arguments"
local config = require "dgraph.config"
local create = require "dgraph.create"
local structure = require "dgraph.link_structure"

---@class dgraph.SpectralNormalization: dgraph.WeightHook
---@field vector_name string  what the layer keeps: "W_u"
---@field last dgraph.Tensor?  the second vector of the last call in training
---@overload fun(...): dgraph.SpectralNormalization
local SpectralNormalization = WeightHook:extend "SpectralNormalization"
SpectralNormalization.name = "SpectralNormalization"

local OPTIONS = { "n_power_iteration", "eps", "use_gamma", "factor", "weight_name", "name" }

---@param ... any  n_power_iteration = 1, in each call; eps = 1e-12, added to norms; use_gamma =
---  false, whether the layer learns a factor `gamma` that begins as the singular value; factor = 1,
---  what the value is divided by; weight_name = "W"; name, of the hook; by position, or by name in
---  one table
function SpectralNormalization:init(...)
  local opts = arguments.read("SpectralNormalization", OPTIONS, ...)
  self.n_power_iteration = opts.n_power_iteration or 1
  arguments.size("SpectralNormalization", "n_power_iteration", self.n_power_iteration)
  self.eps, self.use_gamma, self.factor = opts.eps or 1e-12, opts.use_gamma == true, opts.factor
  self.weight_name, self.name = opts.weight_name or "W", opts.name
  self.vector_name = self.weight_name .. "_u"
end

--- The weight as a matrix, a row for each output.
local function matrix_of(link, W)
  if link:is(require "dgraph.links.deconvolution_nd") then W = F.swapaxes(W, 1, 2) end
  return F.reshape(W, { W.shape[1], -1 })
end

--- The vectors that the layer keeps, and gamma, as soon as the weight has its shape.
local function see(self, link, W)
  if not W.is_initialized then return end
  if link[self.vector_name] == nil then
    local rows = matrix_of(link, W:detach()).shape[1]
    link[self.vector_name] = create.tensor(
      require("dgraph.random").randn({ rows }, { dtype = W.dtype, device = W.device }))
  end
  if self.use_gamma and not link.gamma.is_initialized then
    local _, values = F.svd(matrix_of(link, W:detach()), false)
    link.gamma:initialize({})
    link.gamma:copydata(values[1])
  end
end

function SpectralNormalization:added(link)
  WeightHook.added(self, link)
  link:add_persistent(self.vector_name, nil)
  if self.use_gamma then link:add_param("gamma") end
  see(self, link, link[self.weight_name])
end

local function forget(list, name)
  for i, each in ipairs(list) do
    if each == name then return table.remove(list, i) end
  end
end

--- Takes from the layer what it kept.
function SpectralNormalization:deleted(link)
  forget(link._persistent, self.vector_name)
  link[self.vector_name] = nil
  if not self.use_gamma then return end
  forget(link._order, "gamma")
  rawset(link, "gamma", nil)
  structure.changed()
end

local function normalized(v, eps) return v / (F.sqrt(F.sum(F.square(v))) + eps) end

--- Keeps the second vector of a call that moves the first one, for `F.forget`.
local function note(self, v)
  local kept = self.last
  if kept and kept.dtype == v.dtype and kept.device == v.device then kept:copydata(v)
  else self.last = create.tensor(v):keep() end
end

--- The first singular vectors, as well as some steps of power iteration find them. What is computed
--- again gets those of the last call: the layer's has moved since.
local function iterate(self, link, matrix)
  local moves = config.values.train
  if moves and config.values.in_recomputing and self.last then
    return link[self.vector_name], self.last
  end
  local u, v = link[self.vector_name], nil
  for _ = 1, self.n_power_iteration do
    v = normalized(F.matmul(u, matrix), self.eps)
    u = normalized(F.matmul(matrix, v), self.eps)
  end
  if moves then
    link[self.vector_name]:copydata(u)
    note(self, v)
  end
  return u, v
end

function SpectralNormalization:weight(link, W)
  see(self, link, W)
  local u, v = config.no_backprop_mode(iterate, self, link, matrix_of(link, W:detach()))
  local value = F.matmul(F.matmul(u, matrix_of(link, W)), v)
  if self.factor then value = value / self.factor end
  if self.use_gamma then return link.gamma * W / value end
  return W / value
end

return SpectralNormalization
