-- The scripts that try nginx under stress, in short forms.
local nginx = require "spec.support.nginx"

local describe_here = nginx.is_here and describe or pending

describe_here("lua-resty-dgraph under stress #slow", function()
  for _, exact in ipairs { false, true } do
    it("loses nothing that it acknowledged, " .. (exact and "exact" or "Hogwild"), function()
      local report = require "spec.nginx.scripts.chaos" {
        workers = 2, clients = 3, kills = 4, reloads = 1, examples = 3000, exact = exact,
      }
      assert.same({ 0, 0 }, { report.lost, report.twice })
      assert.truthy(report.acknowledged > 10, report.acknowledged)
    end)
  end

  it("refuses hostile requests", function()
    math.randomseed(5)
    local report = require "spec.nginx.scripts.hostile"(150)
    assert.same({}, report.others)
    assert.same({ true, true, true, true },
      { report.slow, report.same_workers, report.same_bits, report.is_alive })
  end)

  it("fails no request over reloads", function()
    local report = require "spec.nginx.scripts.soak"(5, 2000)
    assert.same({ 0, 0 }, { report.reloading.failed, report.sending.failed })
    assert.truthy(report.reloading.last < 1.1 * report.reloading.first)
  end)
end)
