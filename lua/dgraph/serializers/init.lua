--- Saving and loading the state of links, optimizers and iterators.
local dictionary = require "dgraph.serializers.dictionary"
local npz = require "dgraph.serializers.npz"
local serializer = require "dgraph.serializers.serializer"

return {
  DictionarySerializer = dictionary.DictionarySerializer,
  NpzDeserializer = npz.NpzDeserializer,
  save_npz = npz.save_npz,
  load_npz = npz.load_npz,
  savez = npz.savez,
  load = npz.load,
  new_serializer = serializer.new,
  loads = serializer.loads,
}
