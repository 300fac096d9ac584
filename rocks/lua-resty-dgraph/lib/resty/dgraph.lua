--- Models inside nginx that predict and learn: one model for all workers, whatever happens to them.
--
--     init_by_lua_block { require("resty.dgraph").setup { models = { ... }, state = "state" } }
--     init_worker_by_lua_block { require("resty.dgraph").init_worker() }
--     location / { content_by_lua_block { require("resty.dgraph").content() } }
local http = require "resty.dgraph.http"
local keeper = require "resty.dgraph.keeper"
local metrics = require "resty.dgraph.metrics"
local model = require "resty.dgraph.model"
local options = require "resty.dgraph.options"
local page = require "resty.dgraph.page"
local status = require "resty.dgraph.status"
local token = require "resty.dgraph.token"
local v1 = require "resty.dgraph.v1"
local v2 = require "resty.dgraph.v2"

-- As locals that never change functions are constants to the JIT compiler; a request whose code is
-- in no cache feels each look into a table.
local var, get_method, pcall = ngx.var, ngx.req.get_method, pcall

---@class resty.dgraph.Service
---@field models table<string, resty.dgraph.Model>
---@field list resty.dgraph.Model[]  the same in the order of their names
---@field options table  what it was made with
---@field token string|false
local _M = { _VERSION = "0.1.0" }
local mt = { __index = _M }

local SECURITY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
  .. "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
  .. "frame-ancestors 'none'"

--- The page.
local function show_page()
  local header = ngx.header
  header.content_type, header.content_length = "text/html; charset=utf-8", #page
  header.content_security_policy, header.x_content_type_options = SECURITY, "nosniff"
  ngx.print(page)
end

--- What nginx itself refuses, in the form of all errors.
local function show_error()
  if not ngx.req.is_internal() then return http.fail(404, "there is no such route") end
  local code = ngx.status
  local words = {
    [400] = "the request is malformed", [404] = "there is no such route", [408] = "too slow",
    [413] = "the body is too long", [414] = "the address is too long", [431] = "too many headers",
    [494] = "too many headers",
  }
  http.fail(code, words[code] or "the request cannot be served")
end

local function list_models(service)
  local message, reason = v1.forbids(service, false)
  if message then return http.refuse(message, reason) end
  local names = {}
  for i, each in ipairs(service.list) do names[i] = each.name end
  http.answer(200, { models = names })
end

--- Every address, with the method it wants, what serves it, and for which model.
local function routes_of(service)
  local routes = {
    ["/v1/models"] = { "GET", list_models }, ["/v2"] = { "GET", v2.server },
    ["/v2/health/live"] = { "GET", v2.live }, ["/v2/health/ready"] = { "GET", v2.ready },
    ["/metrics"] = { "GET", metrics.route }, ["/dgraph/status"] = { "GET", status.route },
    ["/dgraph/"] = { "GET", show_page }, ["/dgraph/error"] = { nil, show_error },
  }
  for name, each in pairs(service.models) do
    local one, two = "/v1/models/" .. name, "/v2/models/" .. name
    routes[one] = { "GET", v1.model, each }
    routes[one .. "/metadata"] = { "GET", v1.metadata, each }
    routes[one .. ":predict"] = { "POST", v1.predict, each }
    routes[one .. ":train"] = { "POST", v1.train, each }
    routes[two] = { "GET", v2.model, each }
    routes[two .. "/ready"] = { "GET", v2.ready, each }
    routes[two .. "/infer"] = { "POST", v2.infer, each }
  end
  return routes
end

local function by_name(models)
  local list = {}
  for _, each in pairs(models) do list[#list + 1] = each end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

--- Makes the models of a service, or takes over those that this nginx has in its memory: for
--- `init_by_lua`. README.md tells the options.
---@param given table
---@return resty.dgraph.Service? service
---@return string? message
function _M.new(given)
  local ok, message = options.check(given)
  if not ok then return nil, "dgraph: " .. message end
  local self = setmetatable({ models = {}, options = given }, mt)
  self.token, message = token.read(given)
  if self.token == nil then return nil, "dgraph: " .. message end
  self.body_limit, self.seconds = given.body or model.BODY, given.seconds or 10
  self.private = given.private or false
  http.limit_depth(given.depth or 16)
  for name, each in pairs(given.models) do
    self.models[name], message = model.new(name, each, given)
    if not self.models[name] then return nil, "dgraph: " .. message end
  end
  self.list = by_name(self.models)
  self.routes = routes_of(self)
  return self
end

--- Takes this worker's place, and begins what happens each second: for `init_worker_by_lua`.
---@return true? done
---@return string? message
function _M:start()
  for _, each in ipairs(self.list) do
    local done, message = each:attach()
    if not done then return nil, ("dgraph: model %s: %s"):format(each.name, message) end
  end
  return keeper.start(self)
end

local function respond(service)
  local route = service.routes[var.uri]
  if not route then return http.fail(404, "there is no such route") end
  local wanted = route[1]
  local method = get_method()
  if wanted and method ~= wanted and not (wanted == "GET" and method == "HEAD") then
    ngx.header.allow = wanted
    return http.fail(405, "this route wants " .. wanted)
  end
  return route[2](service, route[3])
end

local function serve(self)
  local ok, message = pcall(respond, self)
  if ok then return end
  ngx.log(ngx.ERR, "dgraph: ", message)
  if not ngx.headers_sent then http.fail(500, "this cannot be served") end
end

--- Serves a request: for `content_by_lua`.
function _M:serve() serve(self) end

--- Writes a checkpoint of each model now.
---@return true? done
---@return string? message
function _M:checkpoint()
  for _, each in ipairs(self.list) do
    local done, message = keeper.checkpoint(each)
    if not done then return nil, message end
  end
  return true
end

-- One service, for configurations that need no more --------------------------------------------

local service

--- The same as `new`, for `init_worker`, `content` and `model` below. An error stops nginx.
---@param given table
---@return resty.dgraph.Service
function _M.setup(given)
  local message
  service, message = _M.new(given)
  if not service then error(message, 0) end
  return service
end

local function the_service()
  return service or error("resty.dgraph: setup comes first, in init_by_lua", 3)
end

--- Begins in a worker: for `init_worker_by_lua`.
function _M.init_worker()
  local done, message = the_service():start()
  if not done then ngx.log(ngx.ERR, message) end
end

--- Serves a request: for `content_by_lua`.
function _M.content() serve(the_service()) end

--- A model, for Lua code in any phase.
---@param name string
---@return resty.dgraph.Model? model
---@return string? message
function _M.model(name)
  local found = the_service().models[name]
  if not found then return nil, "there is no model " .. tostring(name) end
  return found
end

return _M
