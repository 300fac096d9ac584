--- A folder of its own for a spec, and files in it.
local folder = {}

--- Makes an empty folder and returns its path.
function folder.new()
  local path = os.tmpname()
  assert(os.remove(path))
  assert(os.execute("mkdir " .. path) == 0)
  return path
end

--- Writes a file, packed by gzip where its name ends so; makes the folder that it lies in.
function folder.write(path, text)
  os.execute("mkdir -p " .. path:match "^(.*)/")
  local plain = path:gsub("%.gz$", "")
  local file = assert(io.open(plain, "wb"))
  file:write(text)
  file:close()
  if plain ~= path then assert(os.execute("gzip -nf " .. plain) == 0) end
end

--- The whole content of a file.
function folder.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- How many files lie in a folder.
function folder.count(path)
  local pipe = io.popen("ls -A " .. path .. " | wc -l")
  local count = tonumber(pipe:read "*a")
  pipe:close()
  return count
end

function folder.remove(path) os.execute("rm -rf " .. path) end

return folder
