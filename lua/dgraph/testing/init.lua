--- What tests of functions and layers share, under any test framework or none.
--- Source: Chainer.
local gradient_check = require "dgraph.gradient_check"
local params = require "dgraph.testing.parameterize"
local random = require "dgraph.testing.random"
local saving = require "dgraph.testing.save_and_load"
local test_errors = require "dgraph.testing.test_errors"

return {
  FunctionTestCase = require "dgraph.testing.function_test_case",
  LinkTestCase = require "dgraph.testing.link_test_case",
  LinkInitializersTestCase = require "dgraph.testing.link_initializers_test_case",
  InitializerArgument = require "dgraph.testing.initializer_argument",
  FunctionTestError = test_errors.FunctionTestError,
  LinkTestError = test_errors.LinkTestError,
  BackendConfig = require "dgraph.testing.backend_config",
  assert_allclose = gradient_check.assert_allclose,
  fix_random = random.fix_random,
  generate_matrix = require "dgraph.testing.generate_matrix",
  generate_seed = random.generate_seed,
  get_trainer_with_mock_updater = require "dgraph.testing.mock_updater",
  inject_backend_tests = params.inject_backend_tests,
  parameterize = params.parameterize,
  product = params.product,
  product_dict = params.product_dict,
  save_and_load = saving.save_and_load,
  save_and_load_npz = saving.save_and_load_npz,
  unary_math_function_unittest = require "dgraph.testing.unary_math_function_unittest",
}
