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

---@class dgraph.Parameters: { name: string, type: string, is_option: boolean, nullable: boolean,
---default: string? }[]

--- What becomes of a parameter on its way into C: a check, and the arguments in C. `sizes` (one or
--- a list) and `any` are the body's to check.
local KINDS = {
  tensor = { "if type($n) ~= 'cdata' then check.tensor($n, $w, '$n') end", "$n" },
  number = { "if type($n) ~= 'number' then check.number($n, $w, '$n') end", "$n" },
  integer = { "check.integer($n, $w, '$n')", "$n" },
  boolean = { "if type($n) ~= 'boolean' then check.boolean($n, $w, '$n') end", "$n" },
  axis = { "$n = check.position($n, $w, '$n')", "$n" },
  axes = { "local $n_count = check.axes($n, $w, '$n')", "$n_count, check.sizes" },
  shape = { "local $n_count = check.shape($n, $w)", "$n_count, check.sizes" },
  open_shape = { "local $n_count = check.shape($n, $w, -1)", "$n_count, check.sizes" },
  dtype = { "$n = dtypes.id($n, $w)", "$n" },
  tensors = { "local $n_list, $n_count = check.tensors($n, $w, '$n')", "$n_count, $n_list" },
  sizes = { "", "$n" },
  any = { "", "$n" },
}

---@param list string  what stands in the parentheses of a signature
---@return dgraph.Parameters
local function parse(list)
  local parameters, leading = {}, true
  for text in list:gmatch "[^,]+" do
    local head, default = text:match "^(.-)%s*=%s*(.-)%s*$"
    local each, kind = (head or text):match "^%s*([%w_]+)%s*:?%s*([%w_?]*)%s*$"
    local optional = kind:sub(-1) == "?"
    kind = kind:gsub("%?$", "")
    kind = kind == "" and "tensor" or kind
    leading = leading and not optional and not default and (kind == "tensor" or kind == "tensors")
    parameters[#parameters + 1] = {
      name = each, type = kind, default = default, is_option = not leading, nullable = optional,
    }
  end
  return parameters
end

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

--- The code that brings options and defaults in order.
local function prologue(parameters)
  local optional, kinds, tests, lines = {}, {}, {}, {}
  for _, p in ipairs(parameters) do
    if p.is_option then
      optional[#optional + 1], kinds[#kinds + 1] = p.name, p.type
      tests[#tests + 1] = ("type(%s) == 'table'"):format(p.name)
    end
  end
  if #optional > 0 then
    local names = table.concat(optional, ", ")
    lines[1] = ("if %s then %s = read_options(who, names, kinds, %s) end"):format(
      table.concat(tests, " or "), names, names)
  end
  for _, p in ipairs(parameters) do
    if p.default then
      lines[#lines + 1] = ("if %s == nil then %s = %s end"):format(p.name, p.name, p.default)
    end
  end
  return lines, optional, kinds
end

--- The lines that check one parameter, with `$n` filled in.
local function check_lines(p, lines)
  local code = KINDS[p.type][1]:gsub("%$n", p.name):gsub("%$w", "who")
  if p.nullable and code:find "^if type" then
    -- A comparison of a tensor calls its metamethod, so the type comes first.
    code = code:gsub(" then ", (" and %s ~= nil then "):format(p.name), 1)
  elseif p.nullable and not code:find "^local" and code ~= "" then
    code = ("if %s ~= nil then %s end"):format(p.name, code)
  end
  lines[#lines + 1] = code
end

local CHECKED = { tensor = true, number = true, integer = true, boolean = true }

--- A call of C that is written out, with each parameter as C gets it.
---@return string name
---@return string arguments
local function fill_in(call, names, arguments)
  local by_name = {}
  for i = 1, #names do by_name[names[i]] = arguments[i] end
  local head, rest = call:match "^([%w_]+)%((.*)%)$"
  return head, (rest:gsub("[%a_][%w_]*", by_name))
end

--- What all functions with the same parameters share, and with a body or without one: most have a
--- list that was there before, and taking it apart is most of the work.
local shared = { [true] = {}, [false] = {} }

local function beginning(list, has_body)
  local known = shared[has_body][list]
  if known then return known end
  local parameters = parse(list)
  local lines, optional, kinds = prologue(parameters)
  local names, arguments = {}, {}
  for i, p in ipairs(parameters) do
    names[i] = p.name
    if not has_body or CHECKED[p.type] then check_lines(p, lines) end
    arguments[i] = KINDS[p.type][2]:gsub("%$n", p.name)
  end
  known = {
    code = table.concat(lines, "\n"), optional = optional, kinds = kinds, names = names,
    arguments = arguments, is_method = parameters[1].type == "tensor",
  }
  shared[has_body][list] = known
  return known
end

local function generate(name, begin, native_name, body, results)
  local lines, names, arguments = { begin.code }, begin.names, begin.arguments
  if body and results then
    local list = {}
    for i = 1, results do list[i] = "result" .. i end
    list = table.concat(list, ", ")
    lines[#lines + 1] = ("local %s = body(%s)"):format(list, table.concat(names, ", "))
    lines[#lines + 1] = "if result2 == nil then return result1 end"
    lines[#lines + 1] = "return " .. list
  elseif body then
    -- The parentheses: a trace of the JIT compiler ends at its fifteenth tail call.
    lines[#lines + 1] = ("return (body(%s))"):format(table.concat(names, ", "))
  else
    local f, list = native_name, table.concat(arguments, ", ")
    if f:find("(", 1, true) then f, list = fill_in(f, names, arguments) end
    local last, first = operators.call(f, list)
    lines[1] = first .. "\n" .. lines[1]
    lines[#lines + 1] = last
  end
  local code = ("local _, _, check, dtypes, read_options, who, names, kinds, body = ...\n"
    .. "return function(%s)\n%s\nend")
  code = code:format(table.concat(names, ", "), table.concat(lines, "\n"))
  return operators.compile("functions." .. name, code, check, dtypes, read_options,
    "F." .. name, begin.optional, begin.kinds, body)
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
    local name, list, rest = signature:match "^([%w_]+)%((.-)%)(.*)$"
    local begin = beginning(list, body ~= nil)
    local native_name = rest:match "->%s*(.-)%s*$" or "dg_" .. name
    local f = generate(name, begin, native_name, body, results)
    add(functions, name, f, begin.is_method)
    return f
  end
end
