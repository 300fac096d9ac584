-- What the curve of the loss shows, told without nginx.
package.path = "rocks/lua-resty-dgraph/lib/?.lua;" .. package.path

local is_linux = require("ffi").os == "Linux"
local describe_here = is_linux and describe or pending

describe_here("resty.dgraph.keeper", function()
  local keeper, SLOT, ngx_before

  setup(function()
    ngx_before = rawget(_G, "ngx")
    rawset(_G, "ngx", { now = os.time, crc32_long = function() return 1 end })
    keeper, SLOT = require "resty.dgraph.keeper", require("resty.dgraph.region").SLOT
  end)
  teardown(function() rawset(_G, "ngx", ngx_before) end)

  --- A model of some workers, and what has them learn.
  local function model_of(workers)
    local slots = {}
    for i = 1, workers do
      slots[i] = { [SLOT.loss_sum] = 0, [SLOT.examples] = 0, [SLOT.steps] = 0 }
    end
    local region = {}
    function region.sum(_, place)
      local sum = 0
      for i = 1, workers do sum = sum + slots[i][place] end
      return sum
    end
    return { region = region }, function(i, loss, examples, steps)
      local slot = slots[i]
      slot[SLOT.loss_sum] = slot[SLOT.loss_sum] + loss * examples
      slot[SLOT.examples] = slot[SLOT.examples] + examples
      slot[SLOT.steps] = slot[SLOT.steps] + (steps or examples)
    end
  end

  it("shows nothing before anything is learnt, then the mean over examples", function()
    local model, learn = model_of(2)
    assert.is_nil(keeper.running_loss(model, nil))
    learn(1, 0.5, 30, 3)
    learn(2, 0.9, 10, 3)
    assert.near(0.6, keeper.running_loss(model, 0), 1e-12)
  end)

  it("does not jump when a worker that was long idle learns", function()
    local model, learn = model_of(2)
    learn(2, 4, 1) -- in the beginning, and then no more
    local loss = keeper.running_loss(model, nil)
    assert.equal(4, loss)
    for _ = 1, 20 do
      learn(1, 0.2, 100)
      loss = keeper.running_loss(model, loss)
    end
    assert.near(0.2, loss, 1e-6)
    learn(2, 0.2, 100)
    assert.near(0.2, keeper.running_loss(model, loss), 1e-6)
    learn(2, 1.2, 1) -- one example moves it by a hundredth
    assert.near(0.21, keeper.running_loss(model, 0.2), 1e-12)
  end)

  it("stays where it is while nothing is learnt, and when another worker takes over", function()
    local model, learn = model_of(1)
    learn(1, 3, 50)
    assert.equal(0.7, keeper.running_loss(model, 0.7)) -- new here: the point has all of that
    assert.equal(0.7, keeper.running_loss(model, 0.7))
    learn(1, 0.7, 5)
    assert.near(0.7, keeper.running_loss(model, 0.7), 1e-12)
  end)
end)
