--- One test for many parameters and devices.
--- Source: Chainer.
local BackendConfig = require "dgraph.testing.backend_config"
local check = require "dgraph.check"
local errors = require "dgraph.errors"

local parameterize = {}

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function check_list(list, who, what)
  if type(list) ~= "table" then
    errors.raisef("%s: %s must be a list, got %s", who, what, check.spell(list))
  end
end

--- All ways to take one table from each list, joined; the last list varies fastest.
---@param ... table<string, any>[]
---@return table<string, any>[]
function parameterize.product_dict(...)
  local all = { {} }
  for n = 1, select("#", ...) do
    local list, longer = select(n, ...), {}
    check_list(list, "product_dict", "argument " .. n)
    for _, taken in ipairs(all) do
      for _, more in ipairs(list) do
        local joined = {}
        for key, value in pairs(taken) do joined[key] = value end
        for key, value in pairs(more) do joined[key] = value end
        longer[#longer + 1] = joined
      end
    end
    all = longer
  end
  return all
end

--- All ways to take one value from each list: `product { axis = { 1, 2 }, dtype = { "float32" } }`
--- is `{ { axis = 1, dtype = "float32" }, { axis = 2, dtype = "float32" } }`. A list of lists of
--- tables is `product_dict` of them.
---@param parameter table<string, any[]>|table<string, any>[][]
---@return table<string, any>[]
function parameterize.product(parameter)
  check_list(parameter, "product", "the parameter")
  if #parameter > 0 then return parameterize.product_dict(unpack(parameter)) end
  local lists = {}
  for i, key in ipairs(sorted_keys(parameter)) do
    check_list(parameter[key], "product", tostring(key))
    lists[i] = {}
    for k = 1, #parameter[key] do lists[i][k] = { [key] = parameter[key][k] } end
  end
  return parameterize.product_dict(unpack(lists))
end

local function check_case(case, who)
  if type(case) ~= "table" or not case.tests then
    errors.raisef("%s: wanted a class of tests, got %s", who, check.spell(case))
  end
end

--- Has a class of tests run once for each table of parameters, which become fields of the test:
--- `testing.parameterize({ axis = 1 }, { axis = 2 })(Case)`. One that has parameters already is run
--- for all combinations.
---@param ... table<string, any>
---@return fun(case: dgraph.TestCase): dgraph.TestCase
function parameterize.parameterize(...)
  local list = { ... }
  for i = 1, select("#", ...) do check_list(list[i], "parameterize", "argument " .. i) end
  return function(case)
    check_case(case, "parameterize")
    local made = case:extend(case._name)
    made._parameters = parameterize.product_dict(case._parameters or { {} }, list)
    return made
  end
end

--- Has tests of a class run on several devices: `inject_backend_tests(nil, params)(Case)`, where
--- params is `{ {}, { use_cuda = true } }` for instance. Cards that are not there are left out.
---@param method_names string[]?  the tests, all by default; the others run on the host alone
---@param params table[]  one for each `testing.BackendConfig`
---@return fun(case: dgraph.TestCase): dgraph.TestCase
function parameterize.inject_backend_tests(method_names, params)
  local configs, which = {}, nil
  check_list(params, "inject_backend_tests", "params")
  for i, each in ipairs(params) do configs[i] = BackendConfig(each) end
  if method_names ~= nil then
    check_list(method_names, "inject_backend_tests", "method_names")
    which = {}
    for _, name in ipairs(method_names) do which[name] = true end
  end
  return function(case)
    check_case(case, "inject_backend_tests")
    local made = case:extend(case._name)
    made._backends, made._backend_tests = configs, which
    return made
  end
end

--- A table of parameters as text.
---@param params table<string, any>
---@return string
function parameterize.spell(params)
  local words = {}
  for i, key in ipairs(sorted_keys(params)) do
    local value = params[key]
    if type(value) == "table" and not getmetatable(value) and type(value[1]) ~= "table" then
      local items = {}
      for k = 1, #value do items[k] = check.spell(value[k]) end
      value = "{" .. table.concat(items, ", ") .. "}"
    else
      value = check.spell(value)
    end
    words[i] = ("%s=%s"):format(key, value)
  end
  return table.concat(words, ", ")
end

return parameterize
