--- Ways through a dataset.
return { SerialIterator = require "dgraph.iterators.serial_iterator" }
