--- Ways through a dataset.
local samplers = require "dgraph.iterators.order_samplers"

return {
  SerialIterator = require "dgraph.iterators.serial_iterator",
  MultiprocessIterator = require "dgraph.iterators.multiprocess_iterator",
  OrderSampler = samplers.OrderSampler,
  ShuffleOrderSampler = samplers.ShuffleOrderSampler,
}
