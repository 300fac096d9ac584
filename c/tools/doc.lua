--- Writes the reference out of the sources: build/doc/c.md from the header, build/doc/lua.md from
--- the doc comments and annotations of lua/dgraph, and for editors lua/dgraph/functions/meta.lua.
--
-- usage: luajit c/tools/doc.lua [--check]     --check writes nothing
--
-- Exit status 1 where something that users call has no doc comment, or does not say what
-- contract.lua wants. What has none in Lua has that of the function in C that it calls. With
-- --check also where meta.lua is stale.
local contract = dofile "c/tools/contract.lua"
local meta_text = dofile "c/tools/meta.lua".text
local write_ldoc = dofile "c/tools/ldoc.lua"

local META = "lua/dgraph/functions/meta.lua"

local check_only = arg[1] == "--check"
local bad = {}

local function read_lines(path)
  local list = {}
  for line in io.lines(path) do list[#list + 1] = line end
  return list
end

local function read_text(path)
  local file = io.open(path)
  local text = file and file:read "*a"
  if file then file:close() end
  return text
end

local function trim(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end

--- The parts of a document, to be joined by newlines.
local function new_page(title) return { "# " .. title, "" } end
local function add(page, format, ...) page[#page + 1] = format:format(...) end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function write_page(path, page)
  write(path, table.concat(page, "\n"):gsub("\n\n\n+", "\n\n") .. "\n")
end

-- -- C ------------------------------------------------------------------------------------------

--- The header as a list of parts, each with its functions.
local function read_header(path)
  local intro, parts, comment, harvested, prototype = {}, {}, nil, false, nil
  for _, line in ipairs(read_lines(path)) do
    local file, what = line:match "^/%* %-%-%-%- (%S+): (.-) %*/$"
    if line:find "^/%* ==== Functions" then harvested, comment = true, nil end
    if file then
      parts[#parts + 1] = { file = file, what = what }
    elseif not harvested then
      intro[#intro + 1] = line
    elseif line:find "^/%*" then
      comment = { line }
    elseif comment and not comment.ended and not comment[#comment]:find "%*/" then
      comment[#comment + 1] = line
    elseif line:find "^DG_API" or prototype then
      prototype = (prototype and prototype .. "\n" or "") .. line:gsub("^DG_API ", "")
      if line:find ";" then
        local text = comment and table.concat(comment, "\n"):gsub("^/%*+ ?", "")
          :gsub("%s*%*/$", ""):gsub("\n %* ?", "\n")
        table.insert(parts[#parts], {
          name = prototype:match "(dg_[%w_]+)%s*%(", prototype = prototype, text = text,
        })
        if not text then bad[#bad + 1] = path .. ": no comment: " .. prototype end
        comment, prototype = nil, nil
      end
    end
  end
  return intro, parts
end

local function c_page(intro, parts)
  local page = new_page "The C interface, c/dgraph.h"
  add(page, "```c\n%s\n```", table.concat(intro, "\n"))
  for _, part in ipairs(parts) do
    add(page, "\n## %s\n\n%s", part.file, part.what)
    for _, f in ipairs(part) do
      add(page, "\n### %s\n\n```c\n%s\n```\n\n%s", f.name, f.prototype, f.text or "")
    end
  end
  return page
end

-- -- Lua: parsing -------------------------------------------------------------------------------

local LISTED = { param = true, field = true, ["return"] = true, overload = true, generic = true }

--- A block of `---` lines: its text, its annotations, and the classes that it declares.
local function parse_block(lines)
  local block, current = { text = {}, classes = {}, listed = {} }, nil
  for _, line in ipairs(lines) do
    local tag, rest = line:match "^%-%-%-@(%w+)%s*(.*)$"
    if tag == "class" or tag == "alias" then
      local class = { kind = tag, name = rest:match "^[%w_.]+", rest = rest, listed = {} }
      table.insert(block.classes, class)
      current = nil
    elseif tag and LISTED[tag] then
      current = { tag = tag, text = rest }
      local class = block.classes[#block.classes]
      table.insert((tag == "field" or tag == "overload") and class and class.listed
        or block.listed, current)
    elseif tag then
      current = nil
    elseif current then
      current.text = current.text .. " " .. trim(line:sub(4))
    else
      table.insert(block.text, (line:gsub("^%-%-%-? ?", "")))
    end
  end
  block.text = trim(table.concat(block.text, "\n"))
  return block
end

--- What begins on a line of code that users may call: a name, and a signature.
local function definition(lines, at)
  local signature = lines[at]:match "^%s*declare%s*%(?%s*\"(.-)\""
  if signature then
    local more = lines[at + 1]:match "^%s*%.%.%s*\"(.-)\""
    while more do
      signature, at = signature .. more, at + 1
      more = lines[at + 1]:match "^%s*%.%.%s*\"(.-)\""
    end
    return "F." .. signature:match "^[%w_]+", "F." .. signature, true
  end
  local name, parameters = lines[at]:match "^%s*function ([%a_][%w_]*[.:][%w_.:]+)(%b())"
  if name then return name, name .. parameters end
end

--- The head comment, and the items of a file: functions with their blocks, and lone blocks.
local function read_module(path)
  local lines, items, block_lines = read_lines(path), {}, {}
  local at = 1
  local head = {}
  while lines[at] and lines[at]:find "^%-%-" and not lines[at]:find "^%-%-%-@" do
    head[#head + 1] = lines[at]
    at = at + 1
  end
  local module = { path = path, text = parse_block(head).text, items = items }
  for i = at, #lines + 1 do
    local line = lines[i] or ""
    if line:find "^%s*%-%-%-[^-]" or line:find "^%s*%-%-%-$" then
      block_lines[#block_lines + 1] = trim(line)
    else
      local block = #block_lines > 0 and parse_block(block_lines) or nil
      local name, signature, declared
      if lines[i] then name, signature, declared = definition(lines, i) end
      if name then
        items[#items + 1] = {
          name = name, signature = signature, declared = declared, line = i, block = block,
        }
      elseif block and (#block.classes > 0 or block.text:find "^Family: ") then
        items[#items + 1] = { block = block, line = i }
      end
      block_lines = {}
    end
  end
  return module
end

-- -- Lua: what users see ------------------------------------------------------------------------

--- Functions of dg that are there when they are asked for.
local LOADED_LATE = {
  "report", "report_scope", "get_current_reporter", "fromfile", "loadtxt", "using_hook", "profile",
  "kl_divergence", "register_kl", "cross_entropy",
}

--- By "file:line", what users call the functions that are defined there.
local function public_names(dg)
  local names = {}
  local function look(place, prefix)
    for name, value in pairs(place) do
      if type(value) == "function" and type(name) == "string" and name:sub(1, 1) ~= "_" then
        local info = debug.getinfo(value, "S")
        local key = info.source:sub(2) .. ":" .. info.linedefined
        if not names[key] or #prefix + #name < #names[key] then names[key] = prefix .. name end
      end
    end
  end
  look(require("dgraph.tensor").methods, "x:")
  for _, name in ipairs {
    "serializers", "datasets", "initializers", "gradient_check", "random", "cuda",
  } do
    look(dg[name], "dg." .. name .. ".")
  end
  look(dg.functions, "dg.functions.")
  look(dg.computational_graph, "dg.computational_graph.")
  for _, name in ipairs(LOADED_LATE) do look({ [name] = dg[name] }, "dg.") end
  look(dg, "dg.")
  return names
end

local OPERANDS = {
  { tag = "param", text = "a dgraph.Tensor|number" },
  { tag = "param", text = "b dgraph.Tensor|number" },
}

--- The items of functions that have no line of their own: members of a family, and second names.
local function add_unwritten(module, functions, explained, in_c)
  local items, name_of = {}, {}
  for name, has in pairs(explained) do
    if has and functions[name] then name_of[functions[name]] = name end
  end
  for _, item in ipairs(module.items) do
    items[#items + 1] = item
    local of = item.name and item.name:match "^F%.([%w_]+)$"
    for name, f in pairs(functions) do
      if of and not explained[name] and name_of[f] == of then
        explained[name] = true
        items[#items + 1] = { line = item.line, alias = ("F[%q]"):format(name), of = item.name }
      end
    end
    for name in ((item.family or {}).Members or ""):gmatch "[%w_]+" do
      explained[name] = in_c["dg_" .. name]
      items[#items + 1] = {
        name = "F." .. name, signature = ("F.%s(a, b)"):format(name), declared = true,
        line = item.line, from_c = in_c["dg_" .. name], text = "", contract = item.family,
        block = { text = "", classes = {}, listed = OPERANDS },
      }
    end
  end
  module.items = items
end

--- Complains about what users call and is not explained.
local function check_functions(dg, modules, in_c)
  local function complain(what) bad[#bad + 1] = what end
  local explained = {}
  for _, module in ipairs(modules) do
    contract.resolve(module)
    contract.check(module, read_lines(module.path), complain)
    for _, item in ipairs(module.items) do
      local name = item.name and item.name:match "^F%.([%w_]+)$"
      if name then
        local called = item.signature:match "%->%s*(dg_[%w_]+)" or "dg_" .. name
        item.from_c, item.called = in_c[called], called
        explained[name] = explained[name] or item.text ~= "" or item.from_c
      end
    end
  end
  for _, module in ipairs(modules) do add_unwritten(module, dg.functions, explained, in_c) end
  for name in pairs(dg.functions) do
    if not explained[name] then complain("dg.functions." .. name .. ": no doc comment") end
  end
  contract.check_links(modules, complain)
end

--- Classes of layers and optimizers: a head comment, and each method explained here or in a class
--- that it overrides.
local function check_classes(modules)
  local known = {}
  for _, module in ipairs(modules) do
    for _, item in ipairs(module.items) do
      local method = item.name and item.name:match "[.:]([%w_]+)$"
      if method and item.block then known[method] = true end
    end
  end
  for _, module in ipairs(modules) do
    if module.path:find "dgraph/links/" or module.path:find "dgraph/optimizers/" then
      if module.text == "" then bad[#bad + 1] = module.path .. ": no comment at its head" end
      for _, item in ipairs(module.items) do
        local method = item.name and item.name:match ":([%w_]+)$"
        if method and method:sub(1, 1) ~= "_" and not known[method] then
          bad[#bad + 1] = ("%s:%d: %s: no doc comment"):format(module.path, item.line, item.name)
        end
      end
    end
  end
end

-- -- Lua: the page ------------------------------------------------------------------------------

--- "name? type  text" as "`name?` *type*: text".
local function entry(text)
  local name, rest = text:match "^(%S+)%s+(.*)$"
  if not name then return "`" .. text .. "`" end
  local kind, words = rest:match "^(.-)%s%s+(.*)$"
  return ("`%s` *%s*%s"):format(name, kind or rest, words and ": " .. words or "")
end

local function add_listed(page, listed)
  for _, each in ipairs(listed) do
    if each.tag == "return" then
      local kind, words = each.text:match "^(.-)%s%s+(.*)$"
      add(page, "- returns *%s*%s", kind or each.text, words and ": " .. words or "")
    elseif each.tag == "overload" then
      add(page, "- `%s`", each.text)
    elseif each.tag ~= "generic" then
      add(page, "- %s", entry(each.text))
    end
  end
end

--- What users call an item; nil where they do not.
local function public_name(item, names, path)
  if item.contract then return (item.name:gsub("^F%.", "dg.functions.")) end
  return item.name and names[path .. ":" .. item.line]
end

local function add_item(page, item, names, path)
  if item.family then add(page, "\n### %s", item.family.Family) end
  if item.alias then add(page, "\n### %s\n\nThe same as %s.", item.alias, item.of) end
  local public = public_name(item, names, path)
  local name = public or item.name
  local block = item.block
  for _, class in ipairs(block and block.classes or {}) do
    add(page, "\n### %s %s\n", class.kind, class.rest)
    if not item.name and block.text ~= "" then add(page, "%s\n", block.text) end
    add_listed(page, class.listed)
  end
  if not item.name or not (block or item.from_c or public) then return end
  if item.name:find "[.:]_" then return end
  add(page, "\n### %s\n\n```lua\n%s\n```\n", name, item.signature)
  add(page, "%s\n", contract.text(item, true))
  add_listed(page, block and block.listed or {})
end

local function is_public(module, names)
  local in_distributions = module.path:find "/distributions/"
  for _, item in ipairs(module.items) do
    if in_distributions and item.block and #item.block.classes > 0 then return true end
    if item.declared or item.name and names[module.path .. ":" .. item.line] then return true end
  end
  return (module.path:find "/links/" or module.path:find "/optimizers/"
    or module.path:find "/link%.lua" or module.path:find "/chain" or module.path:find "/sequential")
    and #module.items > 0
end

local function lua_page(modules, names)
  local page = new_page "dgraph from Lua"
  add(page, "%s", contract.LEGEND)
  local function part(title, wanted)
    add(page, "\n# %s", title)
    for _, module in ipairs(modules) do
      if (is_public(module, names) and true or false) == wanted then
        add(page, "\n## %s\n\n%s", module.path:gsub("^lua/", ""), contract.head(module))
        for _, item in ipairs(module.items) do add_item(page, item, names, module.path) end
      end
    end
  end
  part("What users call", true)
  part("What lies behind it", false)
  return page
end

-- -- All of it ----------------------------------------------------------------------------------

local intro, parts = read_header "c/dgraph.h"
local in_c = {}
for _, section in ipairs(parts) do
  for _, f in ipairs(section) do in_c[f.name] = f.text end
end

local modules = {}
local listing = io.popen "find lua/dgraph -name '*.lua' | LC_ALL=C sort"
for path in listing:lines() do
  if path ~= META then modules[#modules + 1] = read_module(path) end
end
listing:close()

local dg = require "dgraph"
check_functions(dg, modules, in_c)
check_classes(modules)

local names = public_names(dg)
local meta = meta_text(modules, names, dg.functions, require("dgraph.tensor").methods)
local is_stale = read_text(META) ~= meta

if not check_only then
  os.execute "mkdir -p build/doc"
  write_page("build/doc/c.md", c_page(intro, parts))
  write_page("build/doc/lua.md", lua_page(modules, names))
  write(META, meta)
  local shown = {}
  for _, module in ipairs(modules) do
    if is_public(module, names) then shown[#shown + 1] = module end
  end
  write_ldoc(shown, function(item, module)
    if item.name and item.name:find "[.:]_" then return nil end
    return public_name(item, names, module.path) or item.block and item.name
  end)
  print("wrote build/doc/c.md, build/doc/lua.md and " .. META)
elseif is_stale then
  print(META .. " is stale: run `make doc`")
end

table.sort(bad)
for _, what in ipairs(bad) do print(what) end
os.exit(#bad == 0 and not (check_only and is_stale))
