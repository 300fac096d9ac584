--- Saving and loading the state of links, optimizers and iterators.
local dictionary = require "dgraph.serializers.dictionary"
local model = require "dgraph.serializers.model"
local npz = require "dgraph.serializers.npz"
local safetensors = require "dgraph.serializers.safetensors"
local serializer = require "dgraph.serializers.serializer"

return {
  DictionarySerializer = dictionary.DictionarySerializer,
  NpzDeserializer = npz.NpzDeserializer,
  save_npz = npz.save_npz,
  load_npz = npz.load_npz,
  savez = npz.savez,
  load = npz.load,
  save_safetensors = safetensors.save_safetensors,
  load_safetensors = safetensors.load_safetensors,
  write_safetensors = safetensors.write_safetensors,
  read_safetensors = safetensors.read_safetensors,
  save_model = model.save_model,
  load_model = model.load_model,
  load_onnx = function(path) return require("dgraph.onnx").load_onnx(path) end,
  new_serializer = serializer.new,
  loads = serializer.loads,
}
