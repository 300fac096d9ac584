--- Runs commands for specs.
local shell = {}

--- Runs a command of the shell; returns its status and all that it printed.
---@param command string
---@return integer status
---@return string output
function shell.run(command)
  local pipe = io.popen("{ " .. command .. "\n} 2>&1; echo status $?")
  local text = pipe:read "*a"
  pipe:close()
  local output, status = text:match "^(.*)status (%d+)\n$"
  return tonumber(status), output
end

--- The output of a command that has to succeed.
---@param command string
---@return string output
function shell.must(command)
  local status, output = shell.run(command)
  assert(status == 0, command .. ":\n" .. output)
  return output
end

--- Whether a program is installed, for users or for the system.
---@param program string
---@return boolean
function shell.has(program) return shell.run("PATH=$PATH:/usr/sbin; type " .. program) == 0 end

return shell
