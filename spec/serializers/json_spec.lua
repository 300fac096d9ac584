local json = require "dgraph.serializers.json"

describe("json", function()
  it("reads values", function()
    assert.same({ a = { 1, -2.5, 1e3, true, false }, b = {}, ["\0é\n😀"] = "/\\\"" }, json.decode(
      '\n{"a": [1, -2.5, 1e3, true, false] ,"b":{},'
        .. '"\\u0000\\u00E9\\n\\ud83d\\uDE00":"\\/\\\\\\""}'))
    assert.equal(json.null, json.decode "null")
    assert.is_false((json.decode "false"))
    assert.is_true(json.is_array(json.decode "[]") and not json.is_array(json.decode "{}"))
    assert.is_true(json.is_object(json.decode "{}") and not json.is_object(json.decode "[]"))
    assert.equal(2 ^ 53, json.decode "9007199254740992")
  end)

  it("refuses all else, and says where", function()
    for text, message in pairs {
      [""] = "byte 1: no value", ["[1"] = "byte 3: no comma and no ]",
      ["[1,]"] = "byte 4: no value",
      ['{"a":1,}'] = "byte 8: no key", ['{"a"}'] = "byte 5: no colon", ["{a:1}"] = "byte 2: no key",
      ['{"a":1,"a":2}'] = 'byte 8: the key "a" occurs twice', ["01"] = "no value",
      ["1 2"] = "byte 3: more than one value", ['"a'] = "a string without an end",
      ['"\n"'] = "byte 2: a control character", ['"\\x"'] = "byte 2: an odd escape",
      ['"\\ud800"'] = "half of a character", ['"\\udc00"'] = "half of a character",
      ['"\255"'] = "no UTF-8", ['"\192\128"'] = "no UTF-8", ['"\237\160\128"'] = "no UTF-8",
      ["9007199254740994"] = "a number too large", ["1e999"] = "a number too large",
      ["-"] = "no value", ["NaN"] = "no value", [".5"] = "no value",
      ["1e99999999999999999999"] = "a number too large", ["nul"] = "no value",
      [("["):rep(100)] = "byte 33: nested too deeply",
    } do
      local value, why = json.decode(text)
      assert.is_nil(value)
      assert.matches(message, why, nil, true)
    end
  end)

  it("writes what it reads", function()
    for _, text in ipairs { '{"a":[1,-2.5,true,null,[]],"b":{"c":"\\u0001\\n\\"é"}}', "0.125" } do
      assert.equal(text, json.encode(json.decode(text)))
    end
    for _, value in ipairs { 0 / 0, math.huge, "\255", print, { a = print } } do
      assert.has_error(function() json.encode(value) end)
    end
  end)
end)
