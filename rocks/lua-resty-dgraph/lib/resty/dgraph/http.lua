--- Requests and responses: bodies, errors, and what every route shares.
local cjson = require "cjson.safe"

local header, print, read, data = ngx.header, ngx.print, ngx.req.read_body, ngx.req.get_body_data
local type = type

local http = {}

--- What the reasons of refusals are in HTTP.
local STATUS = {
  token = 401, closed = 403, size = 413, syntax = 400, shape = 400, not_finite = 400, label = 400,
  gradient = 422, loss = 422, state = 503, busy = 503, model = 500,
}

local json = cjson.new()
json.decode_invalid_numbers(false)
json.encode_number_precision(9) -- what tells all float32 apart

local decode = json.decode

-- For numbers that are no float32: steps, times.
local exact = cjson.new()
exact.encode_number_precision(14)

--- Sets how deep requests may nest.
---@param depth integer
function http.limit_depth(depth) json.decode_max_depth(depth) end

--- Answers with JSON.
---@param status integer
---@param text string
---@return integer status
function http.send(status, text)
  if status ~= 200 then ngx.status = status end
  header.content_type, header.content_length = "application/json", #text
  print(text)
  return status
end

-- lua-cjson takes an empty table for an object.
local NOTHING = "dgraph: an empty list"

--- A list as it is to be given to `answer`.
---@param list table
---@return table|string
function http.list(list) return list[1] == nil and NOTHING or list end

--- Answers with a table.
function http.answer(status, value)
  return http.send(status, (exact.encode(value):gsub('"' .. NOTHING .. '"', "[]")))
end

--- Answers with an error, in the form that all have: `{"error": "..."}`.
---@param status integer
---@param message string
---@return integer status
function http.fail(status, message)
  if status == 401 then ngx.header["WWW-Authenticate"] = "Bearer" end
  if status == 503 then ngx.header["Retry-After"] = "1" end
  return http.send(status, exact.encode { error = message })
end

--- The same for a refusal with a reason.
---@param message string
---@param reason string
---@return integer status
function http.refuse(message, reason) return http.fail(STATUS[reason] or 500, message) end

http.encode = json.encode

local function read_file(path, limit)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read(limit + 1)
  file:close()
  return text
end

--- The body of the request. What nginx's own limit (client_max_body_size) lets in is read first:
--- asking for the length before cost each request more than reading longer ones costs the few.
---@param limit integer  bytes
---@return string? body
---@return string? message
---@return string? reason
function http.body(limit)
  read()
  local body = data()
  if not body then
    local path = ngx.req.get_body_file()
    body = path and read_file(path, limit)
  end
  if not body or body == "" then return nil, "there is no body", "syntax" end
  if #body > limit then return nil, ("the body is longer than %d bytes"):format(limit), "size" end
  return body
end

--- Reads JSON: an object.
---@param text string
---@return table? object
---@return string? message
---@return string? reason
function http.decode(text)
  local object, message = decode(text)
  if object == nil then return nil, "no JSON: " .. tostring(message), "syntax" end
  if type(object) ~= "table" then return nil, "wanted a JSON object", "shape" end
  return object
end

return http
