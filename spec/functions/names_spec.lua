local battery = require "spec.support.battery"
local dg = require "dgraph"
local names = require "spec.support.expected_names"

--- The names of a list that `known` lacks, or of which `complains` says something.
local function missing(list, known, complains)
  local lacks = {}
  for _, name in ipairs(list) do
    local what = known[name] == nil and "it is missing" or complains(name)
    if what then lacks[#lacks + 1] = ("%s: %s"):format(name, what) end
  end
  return table.concat(lacks, "\n")
end

local function keys(t)
  local list = {}
  for name in pairs(t) do list[#list + 1] = name end
  table.sort(list)
  return list
end

describe("the names that users expect", function()
  local tried

  --- What of the battery op_case a function lacks.
  local function lacks_a_part(name)
    tried = tried or battery.read "spec/op spec/functions"
    local own = tried[name]
    if not own or #own.cases == 0 then return "no op_case has its name" end
    local _, lacking = battery.parts(own)
    if #lacking > 0 then return "no case tries " .. table.concat(lacking, ", ") end
  end

  it("are there: functions", function()
    assert.equal("", missing(names.functions, dg.functions, function() end))
  end)

  it("have cases of their own for the whole battery, and so has every other function", function()
    assert.equal("", missing(keys(dg.functions), dg.functions, lacks_a_part))
  end)

  it("are there and have specs of their own: links", function()
    local specs = battery.read "spec/links"
    assert.equal("", missing(names.links, dg.links, function(name)
      if not specs[name] or specs[name].its == 0 then return "no test of a describe of its name" end
    end))
  end)

  it("are there: initializers", function()
    assert.equal("", missing(names.initializers, dg.initializers, function() end))
  end)
end)

describe("the reading of specs", function()
  it("finds what a case leaves out", function()
    local case = {
      inputs = function(r) return { r(0, 1), r(0, 1) } end, shapes = { { 4, 3 }, { 2, 3 } },
      bad_dtypes = {}, nan = false, inexact = true, once = "no second derivative",
    }
    local done, lacking = battery.parts { cases = { case }, references = 0, its = 0 }
    assert.same({ "gradient" }, done)
    assert.same({
      "known values", "float32", "size 0", "size 1", "wrong shape", "wrong dtype", "NaN",
    }, lacking)
    case.known, case.broadcast, case.bad_dtypes, case.nan = {}, true, nil, nil
    case.inexact, case.once, case.layouts = nil, nil, { { { 1 }, { 1 } }, { { 0, 2 }, { 2 } } }
    done, lacking = battery.parts { cases = { case }, references = 0, its = 0 }
    assert.same({}, lacking)
    assert.equal(9, #done)
  end)

  it("counts only tests of a name's own description", function()
    local specs = battery.read "spec/op/softmax_spec.lua"
    assert.is_true(specs.softmax.its > 0)
    assert.equal(2, #specs.log_softmax.cases)
    assert.is_nil(specs.exp) -- which is called there
  end)
end)
