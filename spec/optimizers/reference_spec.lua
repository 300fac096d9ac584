-- 20 steps of every optimizer against PyTorch and NumPy: spec/fixtures/reference/optimizers.py.
local dg = require "dgraph"
local classes = require "spec.support.classes"
local F, optimizers = dg.F, dg.optimizers

local DEVICE = os.getenv "DGRAPH_TEST_DEVICE" or "cpu"
local FILE = assert(dg.serializers.load "spec/fixtures/reference/optimizers.npz")
local COPIES = 41 -- of the few elements in the file, so that vector code has work
local SHOWN = { [1] = 1, [2] = 2, [10] = 3, [20] = 4 }

-- What cases of the file are made with; the others are optimizers of that name with their defaults.
local OTHER = {
  ["RMSprop inside"] = { "RMSprop", { lr = 0.1, alpha = 0.9, eps = 0.01, eps_inside_sqrt = true } },
  ["RAdam other"] = { "RAdam", { lr = 0.1, beta1 = 0.8, beta2 = 0.9, eps = 0.01 } },
  ["NAdam other"] = { "NAdam",
    { lr = 0.1, beta1 = 0.8, beta2 = 0.9, eps = 0.01, momentum_decay = 0.1 } },
  ["Adamax other"] = { "Adamax", { lr = 0.1, beta1 = 0.8, beta2 = 0.5, eps = 0.01 } },
  ["Rprop bounds"] = { "Rprop",
    { lr = 0.1, etaminus = 0.3, etaplus = 2, step_min = 0.05, step_max = 0.3 } },
  ["AdaBound other"] = { "AdaBound",
    { alpha = 0.1, final_lr = 0.3, gamma = 0.5, eta = 0.5, weight_decay_rate = 0.1 } },
  ["MSVAG other"] = { "MSVAG", { lr = 0.2, beta = 0.8, eta = 0.5, weight_decay_rate = 0.1 } },
  ["FTRL l1"] = { "FTRL", { alpha = 0.5, beta = 0.5, l1 = 0.8, l2 = 0.2 } },
  ["LAMB decay"] = { "LAMB", { lr = 0.1, weight_decay = 0.1 } },
  AdamW = { "AdamW", { alpha = 0.01, eta = 0.5, weight_decay_rate = 0.1 } },
}

local function copies(x, dtype) return F.tile(dg.tensor(x, dtype), COPIES) end

local function make(label)
  local other = OTHER[label]
  if other then return optimizers[other[1]](other[2]) end
  return optimizers[label]()
end

local function new(label, dtype)
  local link = dg.Link()
  link.W = dg.Parameter(copies(FILE.start, dtype))
  link:to(DEVICE)
  return link, make(label):setup(link)
end

--- Gradients of every second element, so that they have gaps.
local function slope(t, dtype)
  local wide = dg.zeros({ 5 * COPIES, 2 }, dtype)
  wide[{ {}, 1 }] = copies(FILE.slopes[t], dtype)
  return wide:to(DEVICE)[{ {}, 1 }]
end

local function compare(label, dtype, tolerance)
  local link, optimizer = new(label, dtype)
  local wanted = FILE[label]
  for t = 1, FILE.slopes.shape[1] do
    link.W.grad = slope(t, dtype)
    optimizer:update()
    if SHOWN[t] then
      local got = dg.tensor(link.W:detach():to "cpu", "float64")
      local there = copies(wanted[SHOWN[t]], "float64")
      dg.gradient_check.assert_allclose(got, there, tolerance, tolerance)
    end
  end
end

local function state(optimizer, link)
  return { serialize = function(_, s)
    link:serialize(s.model)
    optimizer:serialize(s.optimizer)
  end }
end

describe("steps of", function()
  for label in pairs(FILE) do
    if label ~= "start" and label ~= "slopes" and not label:find "^LBFGS" then
      it(label .. " lead where PyTorch's or NumPy's do", function()
        compare(label, "float64", 1e-8) -- PyTorch has parts of NAdam in float32
        compare(label, "float32", 2e-4)
      end)

      it(label .. " go on after the state was saved and loaded", function()
        local path = os.tmpname()
        local link, optimizer = new(label, "float64")
        local function steps(model, by, from, to)
          for t = from, to do
            model.W.grad = slope(t, "float64")
            by:update()
          end
        end
        steps(link, optimizer, 1, 8)
        assert(dg.serializers.save_npz(path, state(optimizer, link)))
        steps(link, optimizer, 9, 12)
        local other, resumed = new(label, "float64")
        assert(dg.serializers.load_npz(path, state(resumed, other)))
        os.remove(path)
        steps(other, resumed, 9, 12)
        assert.same(link.W:totable(), other.W:totable())
      end)
    end
  end

  it("every optimizer are in the file", function()
    local bases = { Optimizer = true, GradientMethod = true, UpdateRule = true }
    for name, class in pairs(classes(optimizers, "lua/dgraph/optimizers/init.lua")) do
      if class.setup and not bases[name] and name ~= "LBFGS" then
        assert.is_truthy(FILE[name], name)
      end
    end
  end)
end)
