--- Turns the signature of an operator into a Lua function, and into a method of tensors.
--
--     declare "sum(x, axis: axes?, keepdims: boolean = false)"
--
-- makes `F.sum(x, axis, keepdims)` and `x:sum(axis, keepdims)`, which call
-- `dg_sum(x, count, axes, keepdims)`. What comes after the tensors may also be given by name in one
-- table behind the other arguments: `F.sum(x, { keepdims = true })`. A parameter is a tensor unless
-- it says something else; "?" means that it may be nil. Where C wants its arguments in another way,
-- the call follows an arrow: "take(x, indices, axis: axis = 1) -> dg_take(x, axis, indices, 1)".
-- Where it takes more than a call, a function of Lua follows, and the number of its results if
-- there are several.
--
-- The code is generated, so that each function is one of its own for the JIT compiler, and options
-- cost nothing where none are given.
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local operators = require "dgraph.tensor.operators"
local tensor = require "dgraph.tensor"

-- What makes the functions runs once each: compiling it took a fifth of the time to load dgraph.
jit.off(true, true)

--- What becomes of a parameter on its way into C: a check, and the arguments in C. `sizes` (one or
--- a list) and `any` are the body's to check.
local KINDS = {
  tensor = { "if type($n) ~= 'cdata' then check.tensor($n, who, '$n') end", "$n" },
  number = { "if type($n) ~= 'number' then check.number($n, who, '$n') end", "$n" },
  integer = { "check.integer($n, who, '$n')", "$n" },
  boolean = { "if type($n) ~= 'boolean' then check.boolean($n, who, '$n') end", "$n" },
  axis = { "$n = check.position($n, who, '$n')", "$n" },
  axes = { "local $n_count = check.axes($n, who, '$n')", "$n_count, check.sizes" },
  shape = { "local $n_count = check.shape($n, who)", "$n_count, check.sizes" },
  open_shape = { "local $n_count = check.shape($n, who, -1)", "$n_count, check.sizes" },
  dtype = { "$n = dtypes.id($n, who)", "$n" },
  tensors = { "local $n_list, $n_count = check.tensors($n, who, '$n')", "$n_count, $n_list" },
  sizes = { "", "$n" },
  any = { "", "$n" },
}

---@class dgraph.DeclaredParameter
---@field name string
---@field type string
---@field nullable boolean
---@field default string?
---@field check string  the code that checks it
---@field argument string  what C gets of it

--- The code that checks a parameter.
local function check_of(p)
  local code = KINDS[p.type][1]:gsub("%$n", p.name)
  if not p.nullable or code == "" or code:find "^local" then return code end
  -- A comparison of a tensor calls its metamethod, so the type comes first.
  if code:find "^if type" then
    return (code:gsub(" then ", (" and %s ~= nil then "):format(p.name), 1))
  end
  return ("if %s ~= nil then %s end"):format(p.name, code)
end

--- By their text: many functions have the same ones.
---@type table<string, dgraph.DeclaredParameter>
local parameters = setmetatable({}, { __index = function(known, text)
  local head, default = text:match "^(.-)%s*=%s*(.-)%s*$"
  local name, kind, mark = (head or text):match "^%s*([%w_]+)%s*:?%s*([%w_]*)(%??)%s*$"
  local p = {
    name = name, type = kind == "" and "tensor" or kind, nullable = mark ~= "", default = default,
  }
  p.check, p.argument = check_of(p), KINDS[p.type][2]:gsub("%$n", name)
  known[text] = p
  return p
end })

--- Where an empty table is a value.
local TAKES_TABLE = { shape = true, open_shape = true, tensors = true, any = true }

--- Takes options out of the arguments behind the tensors.
local function read_options(who, names, kinds, ...)
  local n, values = #names, { ... }
  for i = 1, n do
    local options = values[i]
    if check.is_options(options) and not (TAKES_TABLE[kinds[i]] and next(options) == nil) then
      values[i] = nil
      for key, value in pairs(options) do
        local at
        for j = 1, n do at = names[j] == key and j or at end
        if not at then
          errors.raisef("%s: unknown option %s (known: %s)", who, check.spell(key),
            table.concat(names, ", "))
        end
        if values[at] ~= nil then
          errors.raisef("%s: %s is given twice, by position and by name", who, key)
        end
        values[at] = value
      end
      break
    end
  end
  return unpack(values, 1, n)
end
jit.on(read_options)

local CHECKED = { tensor = true, number = true, integer = true, boolean = true }

--- The lines that call a body in Lua.
local function body_lines(names, results, lines)
  if not results then
    -- The parentheses: a trace of the JIT compiler ends at its fifteenth tail call.
    lines[#lines + 1] = ("return (body(%s))"):format(names)
    return
  end
  local list = {}
  for i = 1, results do list[i] = "result" .. i end
  list = table.concat(list, ", ")
  lines[#lines + 1] = ("local %s = body(%s)"):format(list, names)
  lines[#lines + 1] = "if result2 == nil then return result1 end"
  lines[#lines + 1] = "return " .. list
end

--- The lines that call C.
local function native_lines(symbol, arguments, list, lines)
  local last, first = operators.call(symbol, arguments, true, list)
  table.insert(lines, 1, first)
  lines[#lines + 1] = last
end

local CODE = "local _, _, _, check, dtypes, read_options, who, names, kinds, body = ...\n"
  .. "return function(%s)\n%s\nend"

--- What functions share that have the same parameters and use them in the same way.
---@param list string  what stands in the parentheses of a signature
---@param symbol string  the function of C that one of them calls
---@param call string?  the arguments of C, where they are written out
---@param has_body boolean
---@param results integer?
---@return table
local function begin(list, symbol, call, has_body, results)
  local names, arguments, by_name, optional, kinds = {}, {}, {}, {}, {}
  local tests, defaults, checks, tensors = {}, {}, {}, nil
  for text in list:gmatch "[^,]+" do
    local p = parameters[text]
    names[#names + 1], arguments[#arguments + 1], by_name[p.name] = p.name, p.argument, p.argument
    if p.type == "tensors" then tensors = p.name end
    -- Options are what comes behind the tensors.
    if tests[1] or p.nullable or p.default or p.type ~= "tensor" and p.type ~= "tensors" then
      optional[#optional + 1], kinds[#kinds + 1] = p.name, p.type
      tests[#tests + 1] = "type(" .. p.name .. ") == 'table'"
    end
    if p.default then
      defaults[#defaults + 1] = ("if %s == nil then %s = %s end"):format(p.name, p.name, p.default)
    end
    if not has_body or CHECKED[p.type] then checks[#checks + 1] = p.check end
  end
  local lines, name_list = {}, table.concat(names, ", ")
  if tests[1] then
    local options = table.concat(optional, ", ")
    lines[1] = ("if %s then %s = read_options(who, names, kinds, %s) end"):format(
      table.concat(tests, " or "), options, options)
  end
  lines[#lines + 1] = table.concat(defaults, "\n")
  lines[#lines + 1] = table.concat(checks, "\n")
  if has_body then
    body_lines(name_list, results, lines)
  else
    call = call and call:gsub("[%a_][%w_]*", by_name) or table.concat(arguments, ", ")
    native_lines(symbol, call, tensors, lines)
  end
  return {
    code = operators.compile("functions", CODE:format(name_list, table.concat(lines, "\n"))),
    optional = optional, kinds = kinds, is_method = parameters[list:match "[^,]+"].type == "tensor",
  }
end

--- By what it was made from: 257 functions have 146 of them.
local shared = {}

local function generate(name, list, symbol, call, body, results)
  local key = table.concat({ list, call or "", body and "body" or "", results }, "|")
  local known = shared[key] or begin(list, symbol, call, body ~= nil, results)
  shared[key] = known
  return operators.load(known.code, symbol, check, dtypes, read_options, "F." .. name,
    known.optional, known.kinds, body), known.is_method
end

--- Adds a function, and where its first parameter is a tensor, a method as well.
---@param functions table  where the function goes
---@param name string
---@param f function
---@param is_method boolean
local function add(functions, name, f, is_method)
  functions[name] = f
  if is_method and not tensor.fields[name] then tensor.methods[name] = f end
end

--- A `declare` that fills `functions`.
---@param functions table
---@return fun(signature: string, body?: function, results?: integer): function  what computes it
---  where that is not one call of C, and how many results it may have if not one
return function(functions)
  return function(signature, body, results)
    local opens, closes = signature:find("(", 1, true), signature:find(")", 1, true)
    local name, list = signature:sub(1, opens - 1), signature:sub(opens + 1, closes - 1)
    local symbol, call = signature:match("^ %-> ([%w_]+)%(?(.-)%)?$", closes + 1)
    local f, is_method = generate(name, list, symbol or "dg_" .. name, call ~= "" and call or nil,
      body, results)
    add(functions, name, f, is_method)
    return f
  end
end
