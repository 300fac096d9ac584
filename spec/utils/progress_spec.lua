local Progress = require "dgraph.utils.progress"

describe("Progress", function()
  local now, written, stream

  before_each(function()
    now, written = 0, {}
    stream = { flush = function() end }
    function stream:write(...)
      for _, text in ipairs { ... } do written[#written + 1] = text end
      return self
    end
  end)

  local function start(total, terminal, label)
    return Progress(total, { stream = stream, is_terminal = terminal, label = label,
      clock = function() return now end })
  end

  it("shows the part that is done, the speed, the time left and the last values", function()
    local bar = start(200, true, "epoch 1")
    now = 10
    bar:update(50, { { "loss", 0.25 }, { "accuracy", 0.9375 } })
    assert.equal("\repoch 1  [######..................]  25%  50/200  5.0 it/s  ETA 0:30  "
      .. "loss 0.25  accuracy 0.9375", table.concat(written))
  end)

  it("draws at most ten times a second", function()
    local bar = start(1000, true)
    for i = 1, 1000 do
      now = i / 1000
      bar:update(i)
    end
    local drawn = 0
    for _, text in ipairs(written) do if text == "\r" then drawn = drawn + 1 end end
    assert.is_true(drawn >= 9 and drawn <= 11)
  end)

  it("wipes the rest of a longer line", function()
    local bar = start(10, true)
    bar:update(1, { loss = 0.123 })
    now = 1
    bar:update(2, { a = 1 })
    assert.equal("\r", written[4])
    assert.is_true(#written[5] + #written[6] >= #written[2])
  end)

  it("writes plain lines, now and then, where there is no terminal", function()
    local bar = start(100, false)
    for i = 1, 100 do
      now = i / 10
      bar:update(i)
    end
    bar:finish()
    local lines = table.concat(written)
    assert.equal(3, select(2, lines:gsub("\n", "")))
    assert.is_nil(lines:find("\r"))
    assert.matches("100%%  100/100  10%.0 it/s  ETA 0:00\n$", lines)
  end)

  it("stands a total of nothing and slow iterations", function()
    start(0, true):finish()
    local bar = start(10, true)
    now = 30
    bar:update(3)
    assert.matches("10.0 s/it  ETA 1:10", table.concat(written), 1, true)
  end)
end)
