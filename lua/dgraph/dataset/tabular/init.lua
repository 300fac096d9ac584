--- Ways to make a TabularDataset.
return {
  from_data = require "dgraph.dataset.tabular.from_data",
  DelegateDataset = require "dgraph.dataset.tabular.delegate_dataset",
}
