--- Damages texts in the ways that find faults in readers. The same seed makes the same damage.
local mutate = {}

--- A generator of its own, so that nothing else disturbs it: `r(n)` is a whole number from 1 to n.
---@param seed integer
---@return fun(n: integer): integer
function mutate.random(seed)
  local state = bit.tobit(seed % 2147483646 + 1)
  return function(n) -- xorshift
    state = bit.bxor(state, bit.lshift(state, 13))
    state = bit.bxor(state, bit.rshift(state, 17))
    state = bit.bxor(state, bit.lshift(state, 5))
    return math.floor(bit.rshift(state, 1) / 2 ^ 31 * n) + 1
  end
end

--- Numbers at which sizes go wrong, as bytes.
local ODD = {
  "\0", "\1", "\127", "\128", "\255", "\255\255", "\0\0\0\128", "\255\255\255\127",
  "\255\255\255\255", "\0\0\0\0\1\0\0\0", "\255\255\255\255\255\255\255\127",
  "\255\255\255\255\255\255\255\255", "\0\0\0\0\0\0\32\0",
}

local function splice(text, at, length, middle)
  return text:sub(1, at - 1) .. middle .. text:sub(at + length)
end

local function any(r, list) return list[r(#list)] end

--- Each gets a text of at least one byte, the words of the format, and another text.
local WAYS = {
  function(r, text)
    local at = r(#text)
    return splice(text, at, 1, string.char(bit.bxor(text:byte(at), bit.lshift(1, r(8) - 1))))
  end,
  function(r, text) return splice(text, r(#text), 1, string.char(r(256) - 1)) end,
  function(r, text)
    local value = any(r, ODD)
    return splice(text, r(#text), #value, value)
  end,
  function(r, text) return splice(text, r(#text), r(16), "") end,
  function(r, text)
    local from = r(#text)
    return splice(text, r(#text), 0, text:sub(from, from + r(64)))
  end,
  function(r, text)
    local from, length = r(#text), r(32)
    return splice(text, r(#text), length, text:sub(from, from + length - 1))
  end,
  function(r, text) return text:sub(1, r(#text)) end,
  function(r, text, words) return splice(text, r(#text), r(4) - 1, any(r, words)) end,
  function(r, text, words)
    local word = any(r, words)
    return splice(text, r(#text), #word, word)
  end,
  function(r, text, _, other) return text:sub(1, r(#text)) .. other:sub(r(#other + 1)) end,
  function(r, text)
    local from, to = text:find("%d+", r(#text))
    if not from then return text end
    return splice(text, from, to - from + 1,
      any(r, { "0", "-1", "1e9", "4294967296", "9007199254740993", "1e999", tostring(r(100)) }))
  end,
}

--- One damage as often as not, otherwise up to eight.
---@param r fun(n: integer): integer
---@param text string
---@param words string[]  that mean something in the format
---@param other string  a text to take parts from
---@return string
function mutate.text(r, text, words, other)
  for _ = 1, r(2) == 1 and 1 or r(8) do
    if text == "" then text = "\0" end
    text = any(r, WAYS)(r, text, words, other)
  end
  return text
end

return mutate
