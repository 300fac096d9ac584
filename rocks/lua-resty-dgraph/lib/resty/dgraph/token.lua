--- Who may learn: a bearer token, compared in a time that tells nothing about it.
local token = {}

--- Reads the token that options name.
---@param options table
---@return string|false|nil token  false: none was named
---@return string? message
function token.read(options)
  local value = options.token
  if options.token_file then
    local file, message = io.open(options.token_file, "rb")
    if not file then return nil, "token_file: " .. message end
    value = file:read "*a"
    file:close()
  elseif options.token_env then
    value = os.getenv(options.token_env)
    if not value then
      return nil, ("token_env: there is no %s in the environment"):format(options.token_env)
    end
  end
  if value == nil then return false end
  value = value:match "^%s*(.-)%s*$"
  if value:find "[^%w%-._~+/=]" then return nil, "the token holds what no bearer token may" end
  if #value < 16 then return nil, "the token is shorter than 16 characters" end
  return value
end

--- Whether two texts are the same, in a time that depends on the length of the first alone.
---@param given string
---@param wanted string  not empty
---@return boolean
function token.equal(given, wanted)
  local difference, length = bit.bxor(#given, #wanted), #wanted
  for i = 1, #given do
    difference = bit.bor(difference, bit.bxor(given:byte(i), wanted:byte((i - 1) % length + 1)))
  end
  return difference == 0
end

--- Whether the request shows the token.
---@param wanted string
---@return boolean
function token.shown(wanted)
  local header = ngx.var.http_authorization
  local given = header and header:match "^[Bb]earer +(%S+) *$"
  return given ~= nil and token.equal(given, wanted)
end

return token
