-- Goes through the whole header: every function is called with NULL for each pointer, with stale
-- handles, with handles of the wrong kind and with odd numbers. The list comes from the library.
local ffi = require "ffi"

local C = require("dgraph.native").C

local OK, EARGUMENT, ETYPE, ESTALE = 0, 1, 2, 3
local F64, ROOM = 1, 128

-- Where NULL means something, and what.
local MAY_BE_NULL = {
  ["dg_alive.x"] = "a question, answered with no",
  ["dg_node_alive.node"] = "a question, answered with no",
  ["dg_gradient_set.g"] = "takes the gradient away",
  ["dg_name_set.name"] = "takes the name away",
  ["dg_walk_new.gy"] = "starts from 1",
  ["dg_walk_to.gy"] = "starts from 1",
  ["dg_linear.b"] = "no bias",
  ["dg_ctc.input_length"] = "all steps count",
  ["dg_ctc.label_length"] = "all labels count",
  ["dg_softmax_cross_entropy.class_weight"] = "all classes weigh alike",
  ["dg_split.sizes"] = "parts of one size",
  ["dg_batch_normalization.gamma"] = "1",
  ["dg_batch_normalization.beta"] = "0",
  ["dg_batch_normalization.running_mean"] = "no averages",
  ["dg_batch_normalization.running_var"] = "no averages",
  ["dg_fixed_batch_normalization.gamma"] = "1",
  ["dg_fixed_batch_normalization.beta"] = "0",
  ["dg_group_normalization.gamma"] = "1",
  ["dg_group_normalization.beta"] = "0",
  ["dg_instance_norm.weight"] = "1",
  ["dg_instance_norm.bias"] = "0",
  ["dg_layer_normalization.beta"] = "0",
  ["dg_rms_norm.weight"] = "1",
  ["dg_update_adam.vhat"] = "without AMSGrad",
  ["dg_update_adabound.vhat"] = "without AMSBound",
}

-- Whose length another argument tells: more than there is cannot be noticed.
local LENGTH = { count = true, inputs = true, outputs = true, ndim = true, room = true }

--- All functions: { name, returns, parameters = { { type, name } ... } }.
local function prototypes()
  local list = {}
  local text = ffi.string(C.dg_cdef()):gsub("%s+", " ")
  for declaration in text:gmatch "[^;{}]+" do
    local returns, name, inside = declaration:match "^%s*(.-)%s*(dg_[%w_]+)%((.*)%)%s*$"
    if name and not returns:find "typedef" then
      local f = { name = name, returns = returns, parameters = {} }
      for part in inside:gmatch "[^,]+" do
        local kind, parameter = part:match "^%s*(.-)%s*([%w_]+)%s*$"
        if parameter ~= "void" then
          table.insert(f.parameters, { kind = kind, name = parameter })
        end
      end
      list[#list + 1] = f
    end
  end
  return list
end

local functions = prototypes()

-- -- Valid arguments ----------------------------------------------------------------------------

local four = ffi.new("int64_t[1]", 4)
local keep = {} -- what C looks at during a call

local function tensor()
  local x = C.dg_full(F64, 1, four, 0.5)
  C.dg_requires_grad_set(x, 1)
  return x
end

local function walk()
  local y = C.dg_sum(C.dg_square(tensor()), 0, nil, 0)
  local roots = ffi.new("dg_tensor *[1]", y)
  keep[#keep + 1] = roots
  local w = C.dg_walk_new(1, roots, nil, 0)
  C.dg_walk_step(w)
  return w
end

local function array(kind, make)
  local a = ffi.new(kind .. "[?]", ROOM)
  for i = 0, 3 do a[i] = make() end
  keep[#keep + 1] = a
  return a
end

local function one() return 1 end

--- An argument that makes sense, or does no harm.
local function valid(p)
  local kind = p.kind:gsub("const", ""):gsub("%s+", "")
  if kind == "dg_tensor*" then return tensor() end
  if kind == "dg_tensor**" then return array("dg_tensor *", tensor) end
  if kind == "dg_walk**" then return ffi.new "dg_walk *[1]" end
  if kind == "dg_node*" then return C.dg_creator(C.dg_square(tensor())) end
  if kind == "dg_walk*" then return walk() end
  if kind == "dg_pin*" then return C.dg_pin_new() end
  if kind == "dg_capture*" then return nil end -- there is none without a card
  if kind == "structlua_State*" then return nil end -- Lua alone has one
  if kind == "int64_t*" then return array("int64_t", one) end
  if kind == "double*" then return array("double", one) end
  if kind == "uint8_t*" then return array("uint8_t", one) end
  if kind == "void*" then return ffi.cast("void *", array("double", one)) end
  if kind == "char*" then return "name" end
  assert(not kind:find "%*", "no argument known for " .. p.kind)
  if p.name == "dtype" then return F64 end
  if p.name == "scope" then return C.dg_scope_open() end
  return LENGTH[p.name] and 1 or 0
end

local function arguments(f)
  local args = { n = #f.parameters }
  for i, p in ipairs(f.parameters) do args[i] = valid(p) end
  return args
end

local function call(f, args)
  C.dg_error_clear()
  return C[f.name](unpack(args, 1, args.n))
end

--- NULL, -1 or NaN.
local function is_refusal(result)
  if type(result) == "cdata" then return result == nil end
  return result == -1 or result ~= result
end

local function message() return ffi.string(C.dg_error_message()) end

--- Whether f takes the valid arguments, so that only the exchanged one can be at fault.
local function works(f)
  if f.works == nil then f.works = not is_refusal(call(f, arguments(f))) end
  return f.works
end

--- Calls f, which must refuse, with one argument exchanged.
local function refuses(f, i, value, code)
  local args = arguments(f)
  args[i] = value
  local result = call(f, args)
  local what = ("%s, argument %s: %s, %q"):format(f.name, f.parameters[i].name, tostring(result),
                                                 message())
  assert(is_refusal(result), what)
  local got = C.dg_error_code()
  assert(got ~= OK and (got == code or not code or not works(f)), what .. " with code " .. got)
  assert(#message() > 10, what)
end

-- -- The specs ----------------------------------------------------------------------------------

describe("the header", function()
  local scope, calls

  before_each(function()
    calls = 0
    scope = C.dg_scope_open()
    C.dg_memory_limit(C.dg_memory_live() + 2 ^ 20)
  end)

  after_each(function()
    C.dg_scope_close(scope, nil, 0)
    C.dg_memory_limit(0)
    C.dg_memory_fail_after(-1)
    C.dg_error_clear()
    keep = {}
  end)

  --- Calls g(f, i, p) for every parameter, each in a scope of its own.
  local function each_parameter(g)
    for _, f in ipairs(functions) do
      for i, p in ipairs(f.parameters) do
        local s = C.dg_scope_open()
        g(f, i, p)
        calls = calls + 1
        C.dg_scope_close(s, nil, 0)
        keep = {}
      end
    end
  end

  it("is read whole", function()
    local names, with_pointers = {}, 0
    for _, f in ipairs(functions) do
      names[f.name] = true
      local found = false
      for _, p in ipairs(f.parameters) do found = found or p.kind:find "%*" end
      if found then with_pointers = with_pointers + 1 end
    end
    local text, count = io.open "c/dgraph.h":read "*a", 0
    for name in text:gmatch "\nDG_API [^(]-(dg_[%w_]+)%(" do
      count = count + 1
      assert(names[name], name .. " was not found in dg_cdef()")
    end
    assert.equal(count, #functions)
    assert.is_true(with_pointers > 150 and #functions > with_pointers)
    for key in pairs(MAY_BE_NULL) do
      local name, parameter = key:match "^(.*)%.(.*)$"
      local known = false
      for _, f in ipairs(functions) do
        for _, p in ipairs(f.parameters) do
          known = known or (f.name == name and p.name == parameter)
        end
      end
      assert(known, key .. " is gone from the header")
    end
  end)

  it("has no function that takes a NULL it cannot use", function()
    each_parameter(function(f, i, p)
      if not p.kind:find "%*" then return end
      if not MAY_BE_NULL[f.name .. "." .. p.name] then return refuses(f, i, nil) end
      local args = arguments(f)
      args[i] = nil
      call(f, args) -- whatever it says
    end)
  end)

  it("refuses stale handles and nodes for tensors, and the reverse", function()
    each_parameter(function(f, i, p)
      if f.name == "dg_alive" or f.name == "dg_node_alive" then return end
      if p.kind:find "dg_tensor %*$" then
        local x = tensor()
        C.dg_release(x)
        refuses(f, i, x, ESTALE)
        local node = C.dg_creator(C.dg_square(tensor()))
        refuses(f, i, ffi.cast("dg_tensor *", node), ETYPE)
        refuses(f, i, ffi.cast("dg_tensor *", 0x123456789abcdefULL), ESTALE)
      elseif p.kind:find "dg_node %*$" then
        refuses(f, i, ffi.cast("dg_node *", tensor()))
        refuses(f, i, ffi.cast("dg_node *", 0x123456789abcdefULL))
      elseif p.kind:find "dg_tensor %*const %*" then
        local list = array("dg_tensor *", tensor)
        C.dg_release(list[0])
        refuses(f, i, list, ESTALE)
        if p.name ~= "gy" then refuses(f, i, ffi.new("dg_tensor *[?]", ROOM), EARGUMENT) end
      end
    end)
  end)

  it("survives any number", function()
    local odd = { -1, 1, 2, 9, -9, 100, 2 ^ 31 - 1, -2 ^ 31, 0 / 0, 1 / 0, -1 / 0, 1e300, 0.5 }
    local long = { 2LL ^ 31, 2LL ^ 32, 2LL ^ 62, -2LL ^ 63, 2LL ^ 63 - 1, 2LL ^ 53 + 1 }
    local threads = C.dg_num_threads()
    each_parameter(function(f, i, p)
      if p.kind:find "%*" or f.name:find "^dg_memory" then return end
      for k = 1, #odd + #long do
        local value = odd[k] or long[k - #odd]
        local whole = type(value) == "cdata" or (value == math.floor(value) and value < 2 ^ 31)
        local small = whole and type(value) == "number" and value >= -2 ^ 31
        local fits = p.kind == "double" or (p.kind == "int64_t" and whole) or
                         (p.kind == "int" and small)
        local too_long = LENGTH[p.name] and tonumber(value) > 1
        if fits and not too_long then
          local args = arguments(f)
          args[i] = p.kind == "double" and tonumber(value) or value
          local result = call(f, args)
          if type(result) == "cdata" and result == nil and f.name ~= "dg_walk_result" then
            assert(C.dg_error_code() ~= OK, f.name .. "." .. p.name .. ": no error is set")
          end
          calls = calls + 1
        end
      end
    end)
    C.dg_set_num_threads(threads)
    assert.is_true(calls > 2000)
  end)

  it("survives numbers, shapes and tensors that do not belong together", function()
    local state = 1
    local function roll(n)
      state = (state * 16807) % 2147483647
      return state % n + 1
    end
    local numbers = { 0, 1, -1, 2, 3, 4, 0.5, 9, -9, 1e300, 0 / 0, -1 / 0, 2 ^ 31, 2 ^ 53 }
    local ints = { 0LL, 1LL, -1LL, 2LL, 3LL, 4LL, -4LL, 100LL, 2LL ^ 31, 2LL ^ 62, -2LL ^ 63 }
    local function random_array()
      return array("int64_t", function() return ints[roll(roll(2) == 1 and 6 or #ints)] end)
    end
    local function random_tensor()
      local shape = ffi.new("int64_t[4]", roll(4) - 1, roll(3), roll(3), roll(2))
      local x = C.dg_full(roll(6) - 1, roll(5) - 1, shape, roll(4) - 2)
      if C.dg_dtype_of(x) <= F64 then C.dg_requires_grad_set(x, roll(2) - 1) end
      return roll(4) == 1 and C.dg_transpose(x, 0, nil) or x
    end
    local function random_argument(p)
      if p.kind:find "dg_tensor %*$" then return random_tensor() end
      if p.kind:find "dg_tensor %*const %*" then return array("dg_tensor *", random_tensor) end
      if p.kind:find "int64_t %*" then return random_array() end
      if p.kind == "double" then return p.name == "scope" and -1 or numbers[roll(#numbers)] end
      if p.kind == "int64_t" then return ints[roll(#ints)] end
      if p.kind == "int" then return LENGTH[p.name] and roll(5) - 2 or roll(12) - 4 end
      return valid(p)
    end
    local threads = C.dg_num_threads()
    for _, f in ipairs(functions) do
      for _ = 1, f.name:find "^dg_memory" and 0 or 500 do
        local s = C.dg_scope_open()
        local args = { n = #f.parameters }
        for i, p in ipairs(f.parameters) do args[i] = random_argument(p) end
        local result = call(f, args)
        if f.returns == "dg_tensor *" and result ~= nil then
          assert(C.dg_size(result) >= 0, f.name)
          local graph = C.dg_requires_grad(result) == 1 and C.dg_size(result) < 1e4
          local loss = graph and C.dg_sum(result, 0, nil, 0) or nil
          if loss ~= nil then
            local w = C.dg_walk_new(1, ffi.new("dg_tensor *[1]", loss), nil, 0)
            -- Shapes of no elements may have huge ones on the way: then memory may run out.
            assert(w ~= nil and (C.dg_walk_run(w, 0) >= 0 or C.dg_error_code() == C.DG_EMEMORY),
              f.name .. ": " .. message())
            C.dg_walk_free(w)
          end
        elseif is_refusal(result) then
          calls = calls + 1
        end
        C.dg_scope_close(s, nil, 0)
        keep = {}
      end
    end
    C.dg_set_num_threads(threads)
    C.dg_mode_set(C.DG_MODE_BACKPROP, 1)
    C.dg_mode_set(C.DG_MODE_AUTOCAST, 0)
    C.dg_device_allow_tf32(0)
    assert.is_true(calls > 1000)
  end)
end)
