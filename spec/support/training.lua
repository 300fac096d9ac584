-- A small training for specs: a line of noise and dropout, so that random numbers matter.
local dg = require "dgraph"
local F, L = dg.functions, dg.links

local support = {}

local Model = dg.Chain:extend("Model")

function Model:init()
  self.l1 = L.Linear(nil, 5)
  self.l2 = L.Linear(nil, 1)
end

function Model:forward(x, t)
  local y = self.l2(F.dropout(F.tanh(self.l1(x)), 0.2))
  local loss = F.mean_squared_error(y, t)
  dg.report({ loss = loss }, self)
  return loss
end

--- An updater: ten examples in batches of `batch_size`, shuffled, Adam.
function support.updater(batch_size, options)
  dg.seed(7)
  local model = Model()
  local optimizer = dg.optimizers.Adam { alpha = 0.01 }
  optimizer:setup(model)
  local x = dg.randn(10, 3)
  local data = require "dgraph".datasets.TupleDataset(x, F.sum(x, 2, true):detach())
  local iterator = dg.iterators.SerialIterator(data, batch_size or 2)
  return dg.training.StandardUpdater(iterator, optimizer, options), model, optimizer
end

--- A folder of its own, as a path that does not exist yet.
function support.folder()
  local path = os.tmpname()
  os.remove(path)
  return path
end

--- A stream that keeps what is written to it.
function support.stream(is_terminal)
  local stream = setmetatable({ is_terminal = is_terminal, text = "" }, {}) -- no table of options
  function stream:write(...)
    self.text = self.text .. table.concat { ... }
    return self
  end
  function stream.flush() end
  return stream
end

--- All bits of all parameters, as text.
function support.bits(model)
  local words = {}
  for path, param in model:namedparams() do
    for _, value in ipairs(param:reshape { param.size }:totable()) do
      words[#words + 1] = ("%s %.17g"):format(path, value)
    end
  end
  table.sort(words)
  return table.concat(words, "\n")
end

function support.read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

return support
