--- What the reference must say of each function and layer, as it stands in their doc comments. Used
--- by doc.lua.
--
-- A function says it in the last lines of its comment:
--
--     --- Shapes: x: batch x in; W: out x in; y: batch x out.
--     --- Dtypes: floats, one for all; y has it.
--     --- Errors: what is refused besides what the two lines above exclude; or "none".
--     --- Source: whose name, arguments and defaults these are, and where the formula comes from.
--
-- What several say alike stands once, in a comment of its own above the first of them: "Family: its
-- title", and the same lines. It holds as far as the next family or the end of the file, for each
-- line that a function does not have itself. "Members: names" are functions that no line of the
-- file makes by name.
local contract = {}

contract.FIELDS = { "Shapes", "Dtypes", "Errors", "Source" }

--- What holds for all functions, for the first page.
contract.LEGEND = [[
The lines below each function of `dg.functions` say what goes in and comes out.

**Shapes**: sizes as in "batch x channels x ...", where "..." is any number of axes and "any" any
shape. Sizes of 0 are allowed wherever the text does not say otherwise.

**Dtypes**: *floats* are float32 and float64, *integers* int32, int64 and uint8, *numbers* both of
these, and *any* is numbers and bool. "One for both" means that different ones are refused, not
converted.

**Errors**: each function raises an error, which names it or the function that it is made of, for
what its shapes and dtypes exclude, for axes that a tensor does not have or that are given twice,
for what is no tensor, a tensor that was released, tensors on different devices, an option that it
does not know, a result of more than 8 axes, and where memory runs out. The line tells what it
refuses besides.

**Source**: the library whose name, order of arguments and defaults it has (positions count from 1
here), and the paper of a formula that is not common knowledge.
]]

local KNOWN = { Shapes = true, Dtypes = true, Errors = true, Source = true, Family = true,
  Members = true }

--- The text of a comment without the lines of the contract, and these by their names.
---@param text string
---@return string rest
---@return table<string, string> fields
function contract.split(text)
  local rest, fields, current = {}, {}, nil
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local name, value = line:match "^(%u%l+): (.*)$"
    if KNOWN[name] then
      current, fields[name] = name, value
    elseif current and line ~= "" then
      fields[current] = fields[current] .. " " .. line
    else
      current = nil
      rest[#rest + 1] = line
    end
  end
  return (table.concat(rest, "\n"):gsub("%s+$", "")), fields
end

--- Gives items that are functions `text` and `contract`, and a family's items `family`.
---@param module table  as doc.lua reads it
function contract.resolve(module)
  local family = {}
  for _, item in ipairs(module.items) do
    local text, fields = contract.split(item.block and item.block.text or "")
    item.text = text
    if fields.Family then
      family, item.family = fields, fields
    elseif item.name and item.name:find "^F%." then
      item.contract = {}
      for _, field in ipairs(contract.FIELDS) do
        item.contract[field] = fields[field] or family[field]
      end
    end
  end
end

local function bullets(lines, fields)
  for _, field in ipairs(contract.FIELDS) do
    if fields[field] then lines[#lines + 1] = ("- **%s**: %s"):format(field, fields[field]) end
  end
  return table.concat(lines, "\n")
end

--- What the reference says of an item: its text, or that of the function in C, and the contract.
---@param item table
---@param with_c? boolean  both texts where there are two
---@return string
function contract.text(item, with_c)
  local lines = { item.text ~= "" and item.text or item.from_c or "" }
  if with_c and item.text ~= "" and item.from_c then
    lines[2] = ("\nIn C, where positions count from 0, `%s`: %s"):format(item.called, item.from_c)
  end
  if item.contract then lines[#lines + 1] = "" end
  return bullets(lines, item.contract or {})
end

--- What the head of a file says, its source as above.
---@param module table
---@return string
function contract.head(module)
  local text, fields = contract.split(module.text)
  return bullets({ text, fields.Source and "" }, { Source = fields.Source })
end

local DTYPES = { "floats", "integers", "numbers", "any", "bool", "int32", "int64" }

--- What raises an error in the body of a function, other than a check of shapes and dtypes.
local RAISES = { "errors%.raise", "checks%.reduction", "checks%.positive" }

local function names_dtype(text)
  for _, name in ipairs(DTYPES) do
    if text:find("%f[%w]" .. name .. "%f[%W]") then return true end
  end
end

--- A function's lines: those behind its first one that are further in.
local function body_of(lines, first)
  local last = first
  while lines[last + 1] and not lines[last + 1]:find "^ ? ?%S" do last = last + 1 end
  return table.concat(lines, "\n", first, last)
end

--- Complains about functions that lack a line, or say less than their code.
---@param module table
---@param lines string[]  of its file
---@param complain fun(what: string)
function contract.check(module, lines, complain)
  for _, item in ipairs(module.items) do
    local place = ("%s:%d: %s"):format(module.path, item.line, item.name)
    if item.contract then
      for _, field in ipairs(contract.FIELDS) do
        if not item.contract[field] then
          complain(("%s has no line \"%s:\""):format(place, field))
        end
      end
      if item.contract.Dtypes and not names_dtype(item.contract.Dtypes) then
        complain(place .. ": its line \"Dtypes:\" names none")
      end
      local body = body_of(lines, item.line)
      for _, raises in ipairs(item.contract.Errors == "none." and RAISES or {}) do
        if body:find(raises) then
          complain(place .. " raises errors of its own, its line \"Errors:\" says none")
          break
        end
      end
    end
  end
end

-- -- Layers --------------------------------------------------------------------------------------

--- By its name, each class: its module, the class that it extends, its methods; and the names of
--- those that are in dg.links.
---@param modules table[]
---@return table
function contract.read_classes(modules)
  local classes = { links = {} }
  for _, module in ipairs(modules) do
    local own
    for _, item in ipairs(module.items) do
      for _, class in ipairs(item.block and item.block.classes or {}) do
        local base = class.rest:match "^[%w_.]+%s*:%s*([%w_.]+)"
        if class.name == "dgraph.links" then
          for _, each in ipairs(class.listed) do
            table.insert(classes.links, each.text:match "^%S+%s+(%S+)")
          end
        elseif class.kind == "class" and base and not own then
          own = { module = module, base = base, methods = {}, fields = class.listed }
          classes[class.name] = own
        end
      end
      local method = item.name and item.name:match ":([%w_]+)$"
      if method and own then own.methods[method] = item end
    end
  end
  return classes
end

--- A method of a class or of one that it extends, and the name of that.
---@param classes table
---@param name string
---@param method string
---@return table? item
---@return string? from
function contract.inherited(classes, name, method)
  while classes[name] do
    if classes[name].methods[method] then return classes[name].methods[method], name end
    name = classes[name].base
  end
end

--- The arguments of a method that are not annotated, or only by their type where `in_words`.
local function unexplained(item, in_words)
  local list, annotated = {}, {}
  for _, each in ipairs(item.block and item.block.listed or {}) do
    local words = each.text:find "%s%s+%S" and true
    if each.tag == "param" then
      annotated[each.text:match "^[%w_.]+"] = not in_words or words or false
    elseif each.tag == "return" then
      annotated[1] = annotated[1] or words or false
    end
  end
  for name in item.signature:match "%((.-)%)":gmatch "[%w_.]+" do
    if not annotated[name] then list[#list + 1] = name end
  end
  if in_words and not annotated[1] then list[#list + 1] = "what it returns" end
  return table.concat(list, ", ")
end

--- Complains about layers that do not tell their source, the arguments of their constructor, what
--- goes in and comes out, and what their parameters are.
---@param modules table[]
---@param complain fun(what: string)
function contract.check_links(modules, complain)
  local classes = contract.read_classes(modules)
  for _, full in ipairs(classes.links) do
    local class = classes[full]
    if not class then
      complain(("lua/dgraph/links: no ---@class %s"):format(full))
    else
      local path = class.module.path
      local _, said = contract.split(class.module.text)
      if not said.Source then complain(path .. ": no line \"Source:\"") end
      for method, in_words in pairs { init = false, forward = true } do
        local item = contract.inherited(classes, full, method)
        local rest = item and unexplained(item, in_words)
        if not item then complain(("%s: no method %s"):format(path, method)) end
        if rest and rest ~= "" then
          complain(("%s: %s: not explained: %s"):format(path, method, rest))
        end
      end
      for _, field in ipairs(class.fields) do
        if field.text:find "dgraph%.Parameter%f[%W]" and not field.text:find "%s%s+%S" then
          complain(("%s: field not explained: %s"):format(path, field.text))
        end
      end
    end
  end
end

return contract
