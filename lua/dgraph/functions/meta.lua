---@meta _
-- For editors, not for require. Made by `make doc` out of functions/*.lua: change those.

---@class dgraph.functions
local F = {}

---@class dgraph.Tensor
local Tensor = {}

--- 1 / (1 + exp(-x)), elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.sigmoid(x) end

--- The greater of x and 0, elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.relu(x) end

--- log(1 + exp(beta x)) / beta, elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a beta of 0.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param beta? number  1 by default
---@return dgraph.Tensor
function F.softplus(x, beta) end

--- exp(x) divided by its sum along an axis.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: no axis 2 where no axis is named: a vector wants axis 1.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.softmax(x, axis) end

--- The logarithm of softmax.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as softmax.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.log_softmax(x, axis) end

--- x where it is not negative, else slope x, elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param slope? number  0.2 by default
---@return dgraph.Tensor
function F.leaky_relu(x, slope) end

--- x where it is not negative, else alpha (exp(x) - 1), elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer; Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.
---@param x dgraph.Tensor
---@param alpha? number  1 by default
---@return dgraph.Tensor
function F.elu(x, alpha) end

--- scale elu(x, alpha), elementwise. With the numbers that are the defaults, layers keep mean 0
--- and variance 1.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer; Klambauer et al., arXiv:1706.02515.
---@param x dgraph.Tensor
---@param alpha? number  1.6732632423543772848170429916717 by default
---@param scale? number  1.0507009873554804934193349852946 by default
---@return dgraph.Tensor
function F.selu(x, alpha, scale) end

--- x limited to [0, z], elementwise. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a z that is not above 0.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param z? number  20 by default
---@return dgraph.Tensor
function F.clipped_relu(x, z) end

--- x limited to [0, 6], elementwise; floats. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.relu6(x) end

--- x limited to [min_val, max_val], elementwise. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a min_val that is not below max_val.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param min_val? number  -1 by default
---@param max_val? number  1 by default
---@return dgraph.Tensor
function F.hardtanh(x, min_val, max_val) end

--- 0.2 x + 0.5 limited to [0, 1], elementwise; floats. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.hard_sigmoid(x) end

--- x sigmoid(x), elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.silu(x) end

--- x tanh(log(1 + exp(x))), elementwise; floats (Misra, arXiv:1908.08681).
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch; Misra, arXiv:1908.08681.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.mish(x) end

--- log(1 / (1 + exp(-x))), elementwise, without overflow; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.logsigmoid(x) end

--- x times the probability that a normal number is below x, elementwise; approximate "tanh" gives
--- x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an `approximate` that is neither of the two.
--- - **Source**: PyTorch; Hendrycks and Gimpel, arXiv:1606.08415.
---@param x dgraph.Tensor
---@param approximate? string  "none" or "tanh"
---@return dgraph.Tensor
function F.gelu(x, approximate) end

--- x sigmoid(beta x), elementwise; floats of one dtype. beta has the shape of x behind its first
--- axis, or the first axes of that.
--- - **Shapes**: x: batch x ...; beta: x's shape without the batch, or the first axes of that; y: as x.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ramachandran, Zoph, Le, arXiv:1710.05941.
---@param x dgraph.Tensor
---@param beta dgraph.Tensor
---@return dgraph.Tensor
function F.swish(x, beta) end

--- x where it is not negative, else W x, elementwise; floats. W has the shape of x behind its first
--- axis, or the first axes of that.
--- - **Shapes**: x: batch x ...; W: x's shape without the batch, or the first axes of that; y: as x.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; He et al., arXiv:1502.01852.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@return dgraph.Tensor
function F.prelu(x, W) end

--- max(x, 0) and max(-x, 0), joined along an axis.
--- - **Shapes**: x: one axis or more, two where none is named; y: the same, twice as long along the axis.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer; Shang et al., arXiv:1603.05201.
---@param x dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.crelu(x, axis) end

--- The largest of each `pool_size` neighbours along an axis.
--- - **Shapes**: x: one axis or more; y: the same, pool_size times shorter along the axis.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a size of the axis that pool_size does not divide.
--- - **Source**: Chainer; Goodfellow et al., arXiv:1302.4389.
---@param x dgraph.Tensor
---@param pool_size integer
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.maxout(x, pool_size, axis) end

--- x where it is not negative, else r x, elementwise. r is uniform in [l, u), anew for each
--- element, while `dg.config.train` is true, and (l + u) / 2 otherwise. A tensor `r` is taken
--- instead of new numbers; with `return_r`, r is the second result.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: other than 0 <= l < u < 1; an `r` that has not x's shape and dtype.
--- - **Source**: Chainer; Xu et al., arXiv:1505.00853.
---@param x dgraph.Tensor
---@param l? number  1 / 8 by default
---@param u? number  1 / 3 by default
---@param r? dgraph.Tensor  in x's shape and dtype
---@param return_r? boolean  false by default
---@return dgraph.Tensor
function F.rrelu(x, l, u, r, return_r) end

--- The columns (axis 2) in reverse order.
--- - **Shapes**: x: two axes or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.fliplr(x) end

--- The rows (axis 1) in reverse order.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.flipud(x) end

--- All elements along one axis; the same as `flatten`.
--- - **Shapes**: x: any; y: one axis.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.ravel(x) end

--- x with the axes `source` at the places `destination`, the others in their order.
--- - **Shapes**: x: any; y: x's sizes in the new order.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: lists of different lengths.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param source integer|integer[]
---@param destination integer|integer[]
---@return dgraph.Tensor
function F.moveaxis(x, source, destination) end

--- x with one axis moved until it lies before the axis that is at `start`; behind all for ndim +
--- 1.
--- - **Shapes**: x: one axis or more; y: x's sizes in the new order.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis integer
---@param start? integer  1 by default
---@return dgraph.Tensor
function F.rollaxis(x, axis, start) end

--- The elements moved `shift` places along an axis; those that leave it come in again at the
--- other end. Lists move along several axes; without an axis x is flat.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: other than one shift for each axis.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param shift integer|integer[]
---@param axis? any
---@return dgraph.Tensor
function F.roll(x, shift, axis) end

--- Tensors joined along the second axis; vectors along the only one.
--- - **Shapes**: xs: all alike but along the axis in which they are joined; y: there the sum of their sizes.
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: an empty list.
--- - **Source**: NumPy, as Chainer has it.
---@param xs dgraph.Tensor[]
---@return dgraph.Tensor
function F.hstack(xs) end

--- Tensors joined along the first axis; a vector is one row.
--- - **Shapes**: xs: all alike but along the axis in which they are joined; y: there the sum of their sizes.
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: an empty list.
--- - **Source**: NumPy, as Chainer has it.
---@param xs dgraph.Tensor[]
---@return dgraph.Tensor
function F.vstack(xs) end

--- Tensors joined along the third axis; a matrix is one layer of it, a vector one row of a layer.
--- - **Shapes**: xs: all alike but along the axis in which they are joined; y: there the sum of their sizes.
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: an empty list.
--- - **Source**: NumPy, as Chainer has it.
---@param xs dgraph.Tensor[]
---@return dgraph.Tensor
function F.dstack(xs) end

--- The vectors of a list repeated over a grid with one axis for each of them: "xy" has the second
--- one along axis 1 and the first along axis 2, as NumPy; "ij" each along its own.
--- - **Shapes**: xs: vectors of any sizes; each result has an axis for each of them.
--- - **Dtypes**: any; each result has that of its vector.
--- - **Errors**: an `indexing` that is neither of the two.
--- - **Source**: NumPy.
---@param xs dgraph.Tensor[]
---@param indexing? string  "xy" by default
---@return dgraph.Tensor[]
function F.meshgrid(xs, indexing) end

--- The sums of the diagonals `offset` above the main one of the matrices in two axes.
--- - **Shapes**: x: two axes or more; y: x without these two.
--- - **Dtypes**: any; y has x's, int64 for integers and bools.
--- - **Errors**: axis1 and axis2 that are one.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param offset? integer  0 by default
---@param axis1? integer  1 by default
---@param axis2? integer  2 by default
---@return dgraph.Tensor
function F.trace(x, offset, axis1, axis2) end

--- Matrices with the last axis of x on the diagonal `offset` above the main one, zeros elsewhere.
--- - **Shapes**: x: one axis or more, ... x n; y: ... x m x m with m = n + |offset|.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param offset? integer  0 by default
---@return dgraph.Tensor
function F.diag_embed(x, offset) end

--- Diagonal k of a matrix; of a vector, the matrix that has it there.
--- - **Shapes**: x: n, then y: m x m with m = n + |k|; or x: m x n, then y: the diagonal's length.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a tensor of another number of axes.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param k? integer  0 by default
---@return dgraph.Tensor
function F.diag(x, k) end

--- The matrices in the last two axes with zeros above diagonal k.
--- - **Shapes**: x: two axes or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param k? integer  0 by default
---@return dgraph.Tensor
function F.tril(x, k) end

--- The matrices in the last two axes with zeros below diagonal k.
--- - **Shapes**: x: two axes or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param k? integer  0 by default
---@return dgraph.Tensor
function F.triu(x, k) end

--- A view of x's memory with this shape and these strides (in elements), which begins
--- `storage_offset` elements behind the start of the memory; where x begins when nil. Gradients
--- add up where an element is seen several times.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: other than one stride for each axis; a view that would reach beyond the elements of x; an x of which two elements are one in memory.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param shape integer|integer[]
---@param strides integer|integer[]
---@param storage_offset? any
---@return dgraph.Tensor
function F.as_strided(x, shape, strides, storage_offset) end

--- Sequences of different lengths as one tensor, sequences x length x the rest: each is filled up
--- with `padding` to `length`, or to the longest.
--- - **Shapes**: xs: each length x ..., alike behind the first axis; y: sequences x `length` x ...
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: an empty list; a tensor without axes; a `length` below the longest.
--- - **Source**: Chainer.
---@param xs dgraph.Tensor[]
---@param length? any
---@param padding? number  0 by default
---@return dgraph.Tensor
function F.pad_sequence(xs, length, padding) end

--- Sequences, the longest first, as a list by time: place i of the result has the i-th elements
--- of all sequences that are as long. What it undoes is itself.
--- - **Shapes**: xs: each length x ..., alike behind the first axis; y: a list of n x ..., n falling.
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: a tensor without axes; a sequence that is longer than the one before.
--- - **Source**: Chainer.
---@param xs dgraph.Tensor[]
---@return dgraph.Tensor[]
function F.transpose_sequence(xs) end

--- The places of x along an axis in the order that a permutation gives: y[i] = x[indices[i]], or
--- with `inv` y[indices[i]] = x[i].
--- - **Shapes**: x: one axis or more; indices: as many as the axis has places; y: as x.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: indices that are not each of 1 to n once.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param indices integer[]|dgraph.Tensor
---@param axis? integer  1 by default
---@param inv? boolean  false by default
---@return dgraph.Tensor
function F.permutate(x, indices, axis, inv) end

--- The same elements in another shape, of which one size may be -1.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a shape with another number of elements; more than one -1.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param shape integer|integer[]
---@return dgraph.Tensor
function F.reshape(x, shape) end

--- Repeated along axes of size 1 and new leading axes.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a shape to which x does not broadcast.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param shape integer|integer[]
---@return dgraph.Tensor
function F.broadcast_to(x, shape) end

--- The axes in another order; reversed when none is given.
--- - **Shapes**: x: any; y: x's sizes in the new order.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: axes that are not each once.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axes? integer|integer[]
---@return dgraph.Tensor
function F.transpose(x, axes) end

--- x with two of its axes exchanged. Shares the elements of x.
--- - **Shapes**: x: one axis or more; y: with two sizes exchanged.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis1 integer
---@param axis2 integer
---@return dgraph.Tensor
function F.swapaxes(x, axis1, axis2) end

--- x with a new axis of size 1, which is axis `axis` of the result (negative: from its end). Shares
--- the elements of x.
--- - **Shapes**: x: up to 7 axes; y: one axis of size 1 more.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis integer
---@return dgraph.Tensor
function F.expand_dims(x, axis) end

--- Without axes of size 1: those given, or all.
--- - **Shapes**: x: any; y: without these axes.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: an axis of another size than 1.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@return dgraph.Tensor
function F.squeeze(x, axis) end

--- The order along axes reversed, along all when none is given.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@return dgraph.Tensor
function F.flip(x, axis) end

--- `x[slices]`
--- - **Shapes**: x: any; y: for each slice its length, for each tensor of positions its shape, none for a number; for a mask (bool) as many places as are true.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: positions that x does not have; more of them than x has axes; a step of 0; a mask of another shape.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param slices any
---@return dgraph.Tensor
function F.get_item(x, slices) end

--- Places along an axis that a tensor of positions chooses.
--- - **Shapes**: x: one axis or more; y: x's, with the shape of the indices in the place of the axis.
--- - **Dtypes**: x: any; indices: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that x does not have.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param indices dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor
function F.take(x, indices, axis) end

--- The elements of x where the condition (bool) is true, else those of y.
--- - **Shapes**: condition, x, y: broadcast.
--- - **Dtypes**: condition: bool; x, y: any, one for both; the result has it.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param condition dgraph.Tensor
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@return dgraph.Tensor
function F.where(condition, x, y) end

--- A contiguous copy of x.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.copy(x) end

--- x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
--- that does, NaN becomes 0. To float16 and bfloat16 they go by rounding to the nearest, of two to the
--- even one, and to infinity where they are too large. Gradients flow between float dtypes. A copy
--- even if nothing changes.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has `typ`.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param typ dgraph.Dtype
---@return dgraph.Tensor
function F.cast(x, typ) end

--- x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
--- that does, NaN becomes 0. To float16 and bfloat16 they go by rounding to the nearest, of two to the
--- even one, and to infinity where they are too large. Gradients flow between float dtypes. A copy
--- even if nothing changes.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has `dtype`.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param dtype dgraph.Dtype
---@return dgraph.Tensor
function F.astype(x, dtype) end

--- The positions of what is not 0, one row for each.
--- - **Shapes**: x: any; y: how many x axes.
--- - **Dtypes**: any; y has int64.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.nonzero(x) end

--- All elements along one axis.
--- - **Shapes**: x: any; y: one axis.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.flatten(x) end

--- Tensors joined along an axis; the second one when nil.
--- - **Shapes**: xs: alike but along the axis; y: there the sum of their sizes.
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: an empty list, or more than 65535 tensors.
--- - **Source**: Chainer.
---@param xs dgraph.Tensor[]
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.concat(xs, axis) end

--- Tensors of one shape side by side along a new axis.
--- - **Shapes**: xs: all of one shape; y: an axis more, of the size of the list.
--- - **Dtypes**: any, one for all; y has it.
--- - **Errors**: an empty list, or more than 65535 tensors.
--- - **Source**: Chainer.
---@param xs dgraph.Tensor[]
---@param axis? integer  1 by default
---@return dgraph.Tensor
function F.stack(xs, axis) end

--- A list of parts of x along an axis: as many equal ones as a number says, or of these sizes.
--- - **Shapes**: x: one axis or more; the results: x's but for the axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: a number of parts that does not divide the size; sizes that do not add up to it.
--- - **Source**: PyTorch's name; a number is one of parts, as Chainer's split_axis has it.
---@param x dgraph.Tensor
---@param sizes integer|integer[]
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function F.split(x, sizes, axis) end

--- A list of parts of x along an axis: as many equal ones as a number says, or cut before each of
--- these positions: `{3}` gives the places 1 to 2, and those from 3 on.
--- - **Shapes**: x: one axis or more; the results: x's but for the axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: a number of parts that does not divide the size; positions that do not rise or lie outside.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param indices_or_sections integer|integer[]|dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function F.split_axis(x, indices_or_sections, axis) end

--- The places of x along an axis as a list, without that axis.
--- - **Shapes**: x: one axis or more; the results: x's without the axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function F.separate(x, axis) end

--- The tensors repeated to their common shape, as a list.
--- - **Shapes**: any that broadcast; each result has the common shape.
--- - **Dtypes**: any, also different ones; each result has that of its tensor.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param ... dgraph.Tensor
---@return dgraph.Tensor[]
function F.broadcast(...) end

--- The element of each row that its label names: y[i] = x[i][t[i]]. Labels count from 1.
--- - **Shapes**: x: batch x classes or batch x classes x ...; t: x's without the classes; y: as t.
--- - **Dtypes**: x: any; t: int32, int64 or uint8; y has x's.
--- - **Errors**: labels that are not 1 to the number of classes.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@return dgraph.Tensor
function F.select_item(x, t) end

--- The diagonal `offset` above the main one of the matrices in two axes.
--- - **Shapes**: x: two axes or more; y: the others, then the diagonal's length.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: axis1 and axis2 that are one.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param offset? integer  0 by default
---@param axis1? integer  1 by default
---@param axis2? integer  2 by default
---@return dgraph.Tensor
function F.diagonal(x, offset, axis1, axis2) end

--- Elements of a constant put around x. `pad_width`: a number, {before, after}, or that for each
--- axis.
--- - **Shapes**: x: any; y: each axis longer by its two widths.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: another mode than "constant"; negative widths; widths for another number of axes.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param pad_width integer|integer[]|integer[][]
---@param mode? string  "constant" by default
---@param constant_values? number  0 by default
---@return dgraph.Tensor
function F.pad(x, pad_width, mode, constant_values) end

--- Each place of an axis so many times in a row: as a number says, or a list of one for each
--- place. Without an axis, the elements of x one by one. Also `F["repeat"]`.
--- - **Shapes**: x: one axis or more; y: the axis as long as the sum of the repeats.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: a list of another length than the axis; negative repeats.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param repeats integer|integer[]
---@param axis? integer
---@return dgraph.Tensor
function F.repeat_(x, repeats, axis) end

F["repeat"] = F.repeat_

--- The whole of x so many times along each axis.
--- - **Shapes**: x: any; y: each size as often as `reps` says, aligned at the last axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: negative numbers.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param reps integer|integer[]
---@return dgraph.Tensor
function F.tile(x, reps) end

--- y = x W' + b. x: batch x in, W: out x in, b: out or nil; y: batch x out. Axes of x behind the
--- `n_batch_axes` first ones are flattened.
--- - **Shapes**: x: batch x in; W: out x in; b: out or nil; y: batch x out.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: an `n_batch_axes` that leaves no axis for the inputs.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param n_batch_axes? integer  1 by default
---@return dgraph.Tensor
function F.linear(x, W, b, n_batch_axes) end

--- Rows of W by their numbers, which count from 1; `ignore_label` gives a row of zeros.
--- If W is a leaf its gradient is `sparse`: only the rows that were taken are kept
--- (`W:grad_rows()`), and optimizers change only these. `W.grad` makes a whole matrix of them.
--- - **Shapes**: x: any; W: ids x size; y: x's shape, then size.
--- - **Dtypes**: x: int32, int64 or uint8; W: floats; y has W's.
--- - **Errors**: ids that are not 1 to the rows of W, nor ignore_label.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param ignore_label? integer
---@param sparse? boolean  true by default
---@return dgraph.Tensor
function F.embed_id(x, W, ignore_label, sparse) end

--- y[n, o, p] = b[o] + the sum of x[n, c, p stride - pad + i dilate] W[o, c, i] over c and i,
--- with zeros around x. x: batch x channels x h x w, W: out x channels / groups x kh x kw, b: out
--- or nil; y: batch x out x h' x w' with h' = (h + 2 pad - (kh - 1) dilate - 1) / stride + 1,
--- rounded down, or up with `cover_all`. Filters of a group see the channels of that group.
--- Floats of one dtype.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.convolution_2d(x, W, b, stride, pad, cover_all, dilate, groups) end

--- convolution_2d along one axis. x: batch x channels x length.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.convolution_1d(x, W, b, stride, pad, cover_all, dilate, groups) end

--- convolution_2d along three axes. x: batch x channels x depth x height x width.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.convolution_3d(x, W, b, stride, pad, cover_all, dilate, groups) end

--- convolution_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.convolution_nd(x, W, b, stride, pad, cover_all, dilate, groups) end

--- The transpose of a convolution: each element of x adds its multiple of the filters to y. x:
--- batch x channels x h x w, W: channels x out / groups x kh x kw, b: out or nil; y: batch x out
--- x h' x w' with h' = stride (h - 1) + (kh - 1) dilate + 1 - 2 pad, or `outsize`, of which a
--- convolution must make x's size. Floats of one dtype.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: besides those of convolution_2d, an `outsize` from which a convolution does not make x's size.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.deconvolution_2d(x, W, b, stride, pad, outsize, dilate, groups) end

--- deconvolution_2d along one axis.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.deconvolution_1d(x, W, b, stride, pad, outsize, dilate, groups) end

--- deconvolution_2d along three axes.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.deconvolution_3d(x, W, b, stride, pad, outsize, dilate, groups) end

--- deconvolution_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function F.deconvolution_nd(x, W, b, stride, pad, outsize, dilate, groups) end

--- convolution_2d with filters whose elements are `dilate` apart.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer; Yu and Koltun, arXiv:1511.07122.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param dilate? integer|integer[]  1 by default
---@param cover_all? boolean  false by default
---@return dgraph.Tensor
function F.dilated_convolution_2d(x, W, b, stride, pad, dilate, cover_all) end

--- Each channel convolved by itself with `multiplier` filters. x: batch x channels x h x w, W:
--- multiplier x channels x kh x kw, b: channels multiplier or nil; y has channels multiplier
--- channels, those of one channel of x side by side.
--- - **Shapes**: x: batch x channels x h x w; W: multiplier x channels x kh x kw; b: channels multiplier or nil; y: batch x channels multiplier x h' x w'.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: as convolution_2d; a W that is not multiplier x channels x kh x kw.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@return dgraph.Tensor
function F.depthwise_convolution_2d(x, W, b, stride, pad) end

--- Minus the element of each row of logarithms of probabilities x that its label t names, counted
--- from 1. x: batch x classes or batch x classes x ..., t: batch x .... Labels `ignore_index`
--- count for nothing; `weight` (classes) scales each label's loss. The mean is that of the labels
--- that count, by their weights; reduction "sum", or "none" for one number for each label.
--- - **Shapes**: x: batch x classes or batch x classes x ...; t: x's without the classes; y: one number, or as t.
--- - **Dtypes**: x, weight: floats, one for both; t: int32, int64 or uint8; y has x's.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_index; a reduction that it does not know.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param weight? dgraph.Tensor
---@param ignore_index? integer  -100 by default
---@param reduction? string  "mean" by default
---@return dgraph.Tensor
function F.nll_loss(x, t, weight, ignore_index, reduction) end

--- The cross entropy of sigmoid(x) and targets t of x's shape, numbers from 0 to 1 in x's dtype:
--- -(p t ln s + (1 - t) ln(1 - s)) weight with s = sigmoid(x), where `pos_weight` p and `weight`
--- broadcast to x's shape. The mean over all elements; reduction "sum", or "none" for each.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: weights that do not broadcast to x's shape; a reduction that it does not know.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param weight? dgraph.Tensor
---@param reduction? string  "mean" by default
---@param pos_weight? dgraph.Tensor
---@return dgraph.Tensor
function F.binary_cross_entropy_with_logits(x, t, weight, reduction, pos_weight) end

--- The same as `binary_cross_entropy_with_logits`.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a reduction that it does not know.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param weight? dgraph.Tensor
---@param reduction? string  "mean" by default
---@param pos_weight? dgraph.Tensor
---@return dgraph.Tensor
function F.bce_with_logits(x, t, weight, reduction, pos_weight) end

--- The divergence of the distribution t from one whose logarithm is x: t (ln t - x), 0 where t is
--- 0; both of one shape. With `log_target` t is a logarithm as well. The mean over all elements;
--- reduction "batchmean" (the sum over the size of the first axis), "sum", or "none" for each.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a reduction that it does not know.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param reduction? string  "mean" by default
---@param log_target? boolean  false by default
---@return dgraph.Tensor
function F.kl_div(x, t, reduction, log_target) end

--- The cosine of the angle between x1 and x2 along an axis, the second by default; they
--- broadcast. Lengths count as `eps` where they are less.
--- - **Shapes**: x1, x2: broadcast; y: their common shape without the axis.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@param axis? integer  2 by default
---@param eps? number  1e-8 by default
---@return dgraph.Tensor
function F.cosine_similarity(x1, x2, axis, eps) end

--- a^2 / (2 beta) where |a| < beta, a = x - t, else |a| - beta / 2; both of one shape. The mean
--- over all elements; reduction "sum", or "none" for each.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a beta below 0; a reduction that it does not know.
--- - **Source**: PyTorch; Girshick, "Fast R-CNN", arXiv:1504.08083.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param reduction? string  "mean" by default
---@param beta? number  1 by default
---@return dgraph.Tensor
function F.smooth_l1_loss(x, t, reduction, beta) end

--- The same as `smooth_l1_loss`.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: as smooth_l1_loss.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param reduction? string  "mean" by default
---@param beta? number  1 by default
---@return dgraph.Tensor
function F.smooth_l1(x, t, reduction, beta) end

--- The cross entropy of sigmoid(x) and targets t (0 or 1, in x's dtype and shape) where sure
--- answers count less: (1 - p)^gamma times it, p being the probability of the target, and alpha
--- times that where t is 1, 1 - alpha where it is 0; with alpha < 0 neither. Each element;
--- reduction "mean" or "sum".
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a reduction that it does not know.
--- - **Source**: torchvision; Lin et al., arXiv:1708.02002.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param alpha? number  0.25 by default
---@param gamma? number  2 by default
---@param reduction? string  "none" by default
---@return dgraph.Tensor
function F.sigmoid_focal_loss(x, t, alpha, gamma, reduction) end

--- The sum, mean or largest elements (`mode`) of the rows of W that each bag of ids names,
--- counted from 1. x: bags x size, or with `offsets` a list: the positions at which bags begin,
--- the first of them 1; `include_last_offset` says that the end of the last one follows.
--- `per_sample_weights`, of x's shape, scale the rows of a sum; the id `padding_idx` is left out.
--- A bag without ids gives 0. `bias`, an element for each column of W, is added to all.
--- The gradient of a leaf W is that of F.embed_id, `sparse`.
--- - **Shapes**: x: bags x size, or a list with `offsets`; W: ids x size; y: bags x size.
--- - **Dtypes**: x, offsets: int32, int64 or uint8; W: floats; y has W's.
--- - **Errors**: an unknown mode; offsets that do not rise from 1 to at most the end; ids that are not 1 to the rows of W, nor padding_idx; weights for another mode than "sum" or of another shape than x; a bias that is not as a row of W.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param offsets? dgraph.Tensor
---@param mode? string  "mean" by default
---@param sparse? boolean  true by default
---@param per_sample_weights? dgraph.Tensor
---@param include_last_offset? boolean  false by default
---@param padding_idx? integer
---@param bias? dgraph.Tensor
---@return dgraph.Tensor
function F.embedding_bag(x, W, offsets, mode, sparse, per_sample_weights, include_last_offset, padding_idx, bias) end

--- The share of rows of y whose greatest element is at the position t, which counts from 1.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; the result: one number.
--- - **Dtypes**: y: any; t: int32, int64 or uint8; the result has y's, float32 for integers and bools.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param t dgraph.Tensor
---@param ignore_label? integer
---@return dgraph.Tensor
function F.accuracy(y, t, ignore_label) end

--- The share of scores y that are on the right side: from 0 on where the target t is 1, below
--- where it is 0. Targets -1 do not count; 0 if none is left. t: integers in y's shape, values
--- that do not shift. Not differentiable.
--- - **Shapes**: y, t: one shape, any; the result: one number.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; the result has y's.
--- - **Errors**: floats or bool as t.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param t dgraph.Tensor
---@return dgraph.Tensor
function F.binary_accuracy(y, t) end

--- Of each class: the share of the places predicted as it that are it (precision), the share of
--- its places that are predicted so (recall), their harmonic mean with weight beta^2 for recall,
--- and how many places it has. y: scores, batch x classes (x ...); t: labels, batch (x ...),
--- which count from 1 up to `label_num`, the greatest label when nil. Labels `ignore_label` do
--- not count. A class without places, or never predicted, has NaN. Not differentiable.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param t dgraph.Tensor
---@param label_num? integer
---@param beta? number  1 by default
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor precision
---@return dgraph.Tensor recall
---@return dgraph.Tensor f_beta
---@return dgraph.Tensor support
function F.classification_summary(y, t, label_num, beta, ignore_label) end

--- The precision of each class, and how many places it has: see classification_summary.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param t dgraph.Tensor
---@param label_num? integer
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor precision
---@return dgraph.Tensor support
function F.precision(y, t, label_num, ignore_label) end

--- The recall of each class, and how many places it has: see classification_summary.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param t dgraph.Tensor
---@param label_num? integer
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor recall
---@return dgraph.Tensor support
function F.recall(y, t, label_num, ignore_label) end

--- The harmonic mean of precision and recall of each class, and how many places it has: see
--- classification_summary.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param t dgraph.Tensor
---@param label_num? integer
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor f1
---@return dgraph.Tensor support
function F.f1_score(y, t, label_num, ignore_label) end

--- The coefficient of determination: 1 less the sum of (pred - truth)^2 over the sum of (truth -
--- mean)^2, along the first axis; 0 where the latter is 0. The mean of these numbers, or with
--- multioutput "raw_values" all of them. pred and truth: floats of one shape. sample_weight is
--- there for the order of arguments alone. Not differentiable.
--- - **Shapes**: pred, truth: one shape, batch x ...; the result: one number, or pred's without the batch.
--- - **Dtypes**: floats, one for both; the result has it.
--- - **Errors**: a sample_weight; a multioutput that is neither of the two.
--- - **Source**: Chainer.
---@param pred dgraph.Tensor
---@param truth dgraph.Tensor
---@param sample_weight? nil
---@param multioutput? string  "uniform_average" or "raw_values"
---@return dgraph.Tensor
function F.r2_score(pred, truth, sample_weight, multioutput) end

--- The discrete Fourier transform along the last axis: y[k] = sum over j of x[j] exp(-2 pi i j k
--- / n), j and k from 0. `x` is a pair of tensors, the real and the imaginary parts, and two come
--- back: `F.ifft { F.fft { real, imag } }` is x again. Takes the time of n log n for every n.
--- Autocast does not concern it.
--- - **Shapes**: x: two tensors of one shape, ... x n; real, imag: the same.
--- - **Dtypes**: x: floats, one for both; real and imag have it.
--- - **Errors**: other than two tensors; no element along the last axis.
--- - **Source**: Chainer.
---@param x dgraph.Tensor[]
---@return dgraph.Tensor real
---@return dgraph.Tensor imag
function F.fft(x) end

--- The way back from `fft`: y[j] = 1 / n sum over k of x[k] exp(2 pi i j k / n).
--- - **Shapes**: x: two tensors of one shape, ... x n; real, imag: the same.
--- - **Dtypes**: x: floats, one for both; real and imag have it.
--- - **Errors**: other than two tensors; no element along the last axis.
--- - **Source**: Chainer.
---@param x dgraph.Tensor[]
---@return dgraph.Tensor real
---@return dgraph.Tensor imag
function F.ifft(x) end

--- y[i][j] = x[i][index[i][j]] for axis 2 of two: an element for each of the index, which has as
--- many axes as x, none of them larger but this one. PyTorch's gather.
--- - **Shapes**: x: one axis or more; index: as many axes, none larger but this one; y: as the index.
--- - **Dtypes**: x: any; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that the axis does not have.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis integer
---@param index dgraph.Tensor
---@return dgraph.Tensor
function F.gather(x, axis, index) end

--- The same as NumPy has it: the axes of x and of the indices other than this one are broadcast.
--- - **Shapes**: x, indices: as many axes, which broadcast but for this one; y: as the indices after that.
--- - **Dtypes**: x: any; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that the axis does not have.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param indices dgraph.Tensor
---@param axis? integer  -1 by default
---@return dgraph.Tensor
function F.take_along_axis(x, indices, axis) end

--- x, but y[i][index[i][j]] = src[i][j] for axis 2 of two: what gather undoes. `src` has the
--- shape of the index, or is a number. Of equal places the last one stays, and has the gradient.
--- - **Shapes**: x: one axis or more; index: as many axes, none larger but this one; src: as the index; y: as x.
--- - **Dtypes**: x: any; src: x's; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that the axis does not have.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis integer
---@param index dgraph.Tensor
---@param src dgraph.Tensor|number
---@return dgraph.Tensor
function F.scatter(x, axis, index, src) end

--- a + b at the places that `slices` choose, which may be all that an index can be: `a[slices] +=
--- b` as a new tensor. b is broadcast; places that are chosen twice are added to twice.
--- - **Shapes**: a: any; b: broadcasts to the shape of a[slices]; y: as a.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: slices that a does not have.
--- - **Source**: Chainer.
---@param a dgraph.Tensor
---@param slices any
---@param b dgraph.Tensor
---@return dgraph.Tensor
function F.scatter_add(a, slices, b) end

--- x + alpha source, where place i of the source along an axis is added to place index[i] of x.
--- - **Shapes**: x: one axis or more; index: one axis; source: as x, but as long as the index along the axis; y: as x.
--- - **Dtypes**: x, source: numbers, one for both; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: an index of another number of axes; positions that the axis does not have.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis integer
---@param index dgraph.Tensor
---@param source dgraph.Tensor
---@param alpha? number  1 by default
---@return dgraph.Tensor
function F.index_add(x, axis, index, source, alpha) end

--- x with `value`, a number or a tensor without axes, where the mask (bool) is true.
--- - **Shapes**: x, mask: broadcast; value: one number; y: their common shape.
--- - **Dtypes**: x: any; mask: bool; a tensor as value: x's; y has x's.
--- - **Errors**: a value with axes.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param mask dgraph.Tensor
---@param value number|boolean|dgraph.Tensor
---@return dgraph.Tensor
function F.masked_fill(x, mask, value) end

--- A new last axis with 1 at the place that the label names and 0 elsewhere. Labels count from 1;
--- there are as many classes as the largest when `num_classes` is nil.
--- - **Shapes**: t: any; y: t's shape, then classes.
--- - **Dtypes**: t: int32, int64 or uint8; y has `dtype`.
--- - **Errors**: labels that are not 1 to the number of classes; no labels and no num_classes.
--- - **Source**: PyTorch.
---@param t dgraph.Tensor
---@param num_classes? any
---@param dtype? string  "int64" by default
---@return dgraph.Tensor
function F.one_hot(t, num_classes, dtype) end

--- The positions at which the elements along an axis stand in rising or falling order. Equal
--- elements keep their order, NaN counts as larger than all numbers.
--- - **Shapes**: x: one axis or more; the results: the same.
--- - **Dtypes**: any; positions have int64, values x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis? integer  -1 by default
---@param descending? boolean  false by default
---@return dgraph.Tensor
function F.argsort(x, axis, descending) end

--- The elements along an axis in rising or falling order, and their positions: as argsort.
--- - **Shapes**: x: one axis or more; the results: the same.
--- - **Dtypes**: any; positions have int64, values x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis? integer  -1 by default
---@param descending? boolean  false by default
---@return dgraph.Tensor values
---@return dgraph.Tensor positions
function F.sort(x, axis, descending) end

--- The k largest elements along an axis, or smallest, and their positions, the outermost first.
--- They are in order whatever `sorted` says.
--- - **Shapes**: x: one axis or more; the results: the same but for the axis, which has k places.
--- - **Dtypes**: any; positions have int64, values x's.
--- - **Errors**: a k below 0 or above the size of the axis.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param k integer
---@param axis? integer  -1 by default
---@param largest? boolean  true by default
---@param sorted? boolean  true by default
---@return dgraph.Tensor values
---@return dgraph.Tensor positions
function F.topk(x, k, axis, largest, sorted) end

--- What windows of ksize look at, as channels: batch x (channels kh kw) x h' x w'. Windows and
--- sizes as those of convolution_2d.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels kh kw x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: windows, strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@return dgraph.Tensor
function F.im2col(x, ksize, stride, pad, cover_all, dilate) end

--- What windows look at, one column for each: batch x (channels kh kw) x places. x has one to
--- three axes behind batch and channels.
--- - **Shapes**: x: batch x channels x one to three axes; y: batch x channels kh kw x places.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: windows, strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param kernel_size integer|integer[]
---@param dilation? integer|integer[]  1 by default
---@param padding? integer|integer[]  0 by default
---@param stride? integer|integer[]  1 by default
---@return dgraph.Tensor
function F.unfold(x, kernel_size, dilation, padding, stride) end

--- The transpose of unfold: planes of output_size, each element the sum of what unfold would copy
--- from there. x: batch x (channels kh kw) x places. A number for output_size means two axes.
--- - **Shapes**: x: batch x channels kh kw x places; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: besides those of im2col, channels that are no multiple of the window's elements; another number of places than the windows have.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@param kernel_size integer|integer[]
---@param dilation? integer|integer[]  1 by default
---@param padding? integer|integer[]  0 by default
---@param stride? integer|integer[]  1 by default
---@return dgraph.Tensor
function F.fold(x, output_size, kernel_size, dilation, padding, stride) end

--- Channels turned into blocks of r x r elements: batch x (r^2 c) x h x w becomes batch x c x (r
--- h) x (r w). Channel (i r + j) c + k, counted from 0, is at row i and column j of the blocks of
--- channel k.
--- - **Shapes**: x: batch x r^2 c x h x w; y: batch x c x r h x r w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; channels that r^2 does not divide.
--- - **Source**: Chainer.
---@param X dgraph.Tensor
---@param r integer
---@return dgraph.Tensor
function F.depth2space(X, r) end

--- What undoes depth2space.
--- - **Shapes**: X: batch x c x r h x r w; y: batch x r^2 c x h x w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; sizes that r does not divide.
--- - **Source**: Chainer.
---@param X dgraph.Tensor
---@param r integer
---@return dgraph.Tensor
function F.space2depth(X, r) end

--- depth2space in PyTorch's order: channel k r^2 + i r + j, counted from 0, is at row i and
--- column j of the blocks of channel k.
--- - **Shapes**: x: batch x r^2 c x h x w; y: batch x c x r h x r w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; channels that r^2 does not divide.
--- - **Source**: PyTorch; Shi et al., arXiv:1609.05158.
---@param x dgraph.Tensor
---@param upscale_factor integer
---@return dgraph.Tensor
function F.pixel_shuffle(x, upscale_factor) end

--- What undoes pixel_shuffle.
--- - **Shapes**: x: batch x c x r h x r w; y: batch x r^2 c x h x w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; sizes that r does not divide.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param downscale_factor integer
---@return dgraph.Tensor
function F.pixel_unshuffle(x, downscale_factor) end

--- The image in another height and width. "bilinear" mixes the four elements around each place,
--- "nearest" takes the one at or before it. The corners lie on each other with `align_corners`;
--- without, and with "nearest", the outer edges of the elements do.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x output_shape.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an unknown mode; sizes below 1.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param output_shape integer[]  height and width
---@param mode? "bilinear"|"nearest"
---@param align_corners? boolean  true by default
---@return dgraph.Tensor
function F.resize_images(x, output_shape, mode, align_corners) end

--- Inverses. A singular matrix is an error.
--- - **Shapes**: x: ... x n x n; y: the same.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: a singular matrix; where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.inv(x) end

--- The same as `inv`, by its name for stacks in Chainer.
--- - **Shapes**: x: ... x n x n; y: the same.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: a singular matrix; where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.batch_inv(x) end

--- Determinants. Where a matrix is singular there is a first gradient, but no second one.
--- - **Shapes**: x: ... x n x n; y: ...
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.det(x) end

--- The same as `det`, by its name for stacks in Chainer.
--- - **Shapes**: x: ... x n x n; y: ...
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.batch_det(x) end

--- The x of a x = b; b is a matrix or one vector, leading axes broadcast.
--- - **Shapes**: a: ... x n x n; b: ... x n x k or n; leading axes broadcast; x: as b.
--- - **Dtypes**: floats, one for both; x has it.
--- - **Errors**: a singular matrix; where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@return dgraph.Tensor
function F.solve(a, b) end

--- The lower triangular l with l l' = x of a symmetric positive definite x, of which the lower
--- triangle alone is read.
--- - **Shapes**: x: ... x n x n; y: the same.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: a matrix that is not positive definite; where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.cholesky(x) end

--- Eigenvalues, ascending, and eigenvectors, as columns, of a symmetric matrix, of which the
--- lower triangle alone is read. The gradient of vectors wants eigenvalues that differ.
--- - **Shapes**: x: ... x n x n; w: ... x n; v: ... x n x n.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor w
---@return dgraph.Tensor v
function F.eigh(x) end

--- x = u diag(s) vh; singular values fall. Of m x n with k = min(m, n), u is m x m and vh n x n,
--- or without `full_matrices` m x k and k x n, which a gradient of vectors wants where x is not
--- square.
--- - **Shapes**: x: ... x m x n; u: ... x m x m, s: ... x k, vh: ... x n x n, or as the text says.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param full_matrices? boolean  true by default
---@return dgraph.Tensor u
---@return dgraph.Tensor s
---@return dgraph.Tensor vh
function F.svd(x, full_matrices) end

--- x = q r, where q has orthonormal columns and r is upper triangular. Of m x n with k = min(m,
--- n), q is m x k and r k x n.
--- - **Shapes**: x: ... x m x n; q: ... x m x k, r: ... x k x n with k = min(m, n).
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor q
---@return dgraph.Tensor r
function F.qr(x) end

--- Moore-Penrose inverses. Singular values count as 0 that are not above `rcond` times the
--- largest; by default the larger of the sizes times the distance from 1 to the next number.
--- - **Shapes**: x: ... x m x n; y: ... x n x m.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param rcond? any
---@return dgraph.Tensor
function F.pinv(x, rcond) end

--- The x for which a x - b has the smallest sum of squares, and of several the smallest: pinv(a)
--- b. b is a matrix or one vector; `rcond` as for pinv.
--- - **Shapes**: a: ... x m x n; b: ... x m x k or m; x: ... x n x k or n.
--- - **Dtypes**: floats, one for both; x has it.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@param rcond? any
---@return dgraph.Tensor
function F.lstsq(a, b, rcond) end

--- The cross entropy of softmax(x) and the labels t, which count from 1. x: batch x classes or
--- batch x classes x ..., t: batch x ..., or probabilities in x's shape. Labels `ignore_label` do
--- not count. The mean over the labels that count (`normalize`) or over all; reduce "no" gives
--- one number for each. With probabilities `soft_target_loss` may be "kl-divergence".
--- `cache_score` and `enable_double_backprop` are Chainer's and change nothing: all of it can be
--- differentiated twice.
--- - **Shapes**: x: batch x classes or batch x classes x ...; t: x's without the classes, or x's; class_weight: classes; y: one number, or x's without the classes with reduce "no".
--- - **Dtypes**: x, class_weight: floats, one for both; t: int32, int64 or uint8 for labels, x's for probabilities; y has x's.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; unknown `reduce` or soft_target_loss.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param normalize? boolean  true by default
---@param cache_score? boolean  true by default
---@param class_weight? dgraph.Tensor
---@param ignore_label? integer  -1 by default
---@param reduce? string  "mean" by default
---@param enable_double_backprop? any
---@param soft_target_loss? string  "cross-entropy" by default
---@return dgraph.Tensor
function F.softmax_cross_entropy(x, t, normalize, cache_score, class_weight, ignore_label, reduce, enable_double_backprop, soft_target_loss) end

--- The cross entropy of sigmoid(x) and targets of x's shape: 0 or 1, where -1 counts for nothing,
--- or probabilities. Divided by how many count (`normalize`) or by the size of the first axis.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape with reduce "no".
--- - **Dtypes**: x: floats; t: integers, bool, or x's; y has x's.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param normalize? boolean  true by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.sigmoid_cross_entropy(x, t, normalize, reduce) end

--- The mean of (x0 - x1)^2 over all elements; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: one number.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x0 dgraph.Tensor
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function F.mean_squared_error(x0, x1) end

--- The mean of |x0 - x1| over all elements; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: one number.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x0 dgraph.Tensor
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function F.mean_absolute_error(x0, x1) end

--- |x0 - x1|, elementwise; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x0 dgraph.Tensor
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function F.absolute_error(x0, x1) end

--- (x0 - x1)^2, elementwise; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x0 dgraph.Tensor
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function F.squared_error(x0, x1) end

--- (x1 - x2)^2, elementwise; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function F.squared_difference(x1, x2) end

--- The loss of P. Huber: a^2 / 2 where |a| <= delta, a = x - t, else delta (|a| - delta / 2).
--- Both have one shape of two axes or more; the sum over the second axis, or with reduce "no"
--- each.
--- - **Shapes**: x, t: one shape, batch x classes x ...; y: without the second axis, or the same with reduce "no".
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: a delta that is not above 0; a `reduce` that it does not know.
--- - **Source**: Chainer; Huber, "Robust estimation of a location parameter", 1964.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param delta number
---@param reduce? string  "sum_along_second_axis" by default
---@return dgraph.Tensor
function F.huber_loss(x, t, delta, reduce) end

--- The loss of support vector machines: the sum of max(0, 1 - s x) over classes and rows, squared
--- where norm is "L2", divided by the rows; s is 1 at a row's label and -1 elsewhere. x: batch x
--- classes, t: batch, labels from 1. reduce "no" gives each term, in x's shape.
--- - **Shapes**: x: batch x classes; t: batch; y: one number, or as x with reduce "no".
--- - **Dtypes**: x: floats; t: int32, int64 or uint8; y has x's.
--- - **Errors**: labels that are not 1 to the number of classes; unknown `norm` or `reduce`.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param norm? string  "L1" by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.hinge(x, t, norm, reduce) end

--- For pairs of rows with the distance d: d^2 / 2 where y is 1, they belong together, and max(0,
--- margin - d)^2 / 2 where y is 0. x0, x1: batch x size, y: batch, integers. reduce "no" gives
--- one number for each pair.
--- - **Shapes**: x0, x1: batch x size; y: batch; the result: one number, or batch with reduce "no".
--- - **Dtypes**: x0, x1: floats, one for both; y: any; the result has x0's.
--- - **Errors**: a margin that is not above 0; a `reduce` that it does not know.
--- - **Source**: Chainer; Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant mapping", 2006.
---@param x0 dgraph.Tensor
---@param x1 dgraph.Tensor
---@param y dgraph.Tensor
---@param margin? number  1 by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.contrastive(x0, x1, y, margin, reduce) end

--- max(0, |anchor - positive|^2 - |anchor - negative|^2 + margin) for rows; all batch x size.
--- reduce "no" gives one number for each row.
--- - **Shapes**: batch x size; y: one number, or batch with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a margin that is not above 0; a `reduce` that it does not know.
--- - **Source**: Chainer; Schroff, Kalenichenko, Philbin, "FaceNet", arXiv:1503.03832.
---@param anchor dgraph.Tensor
---@param positive dgraph.Tensor
---@param negative dgraph.Tensor
---@param margin? number  0.2 by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.triplet(anchor, positive, negative, margin, reduce) end

--- The divergence of normal distributions from the standard one: (mean^2 + v - ln v - 1) / 2 with
--- ln v given; both of one shape. The sum, the "mean", or with reduce "no" each.
--- - **Shapes**: all of one shape, any; y: one number, or the same with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer; Kingma and Welling, arXiv:1312.6114, appendix B.
---@param mean dgraph.Tensor
---@param ln_var dgraph.Tensor
---@param reduce? string  "sum" by default
---@return dgraph.Tensor
function F.gaussian_kl_divergence(mean, ln_var, reduce) end

--- The negative logarithm of the density of x under normal distributions: (ln v + ln 2 pi +
--- (x - mean)^2 / v) / 2 with ln v given; all of one shape. The sum, the "mean", or with reduce
--- "no" each.
--- - **Shapes**: all of one shape, any; y: one number, or the same with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param mean dgraph.Tensor
---@param ln_var dgraph.Tensor
---@param reduce? string  "sum" by default
---@return dgraph.Tensor
function F.gaussian_nll(x, mean, ln_var, reduce) end

--- The negative logarithm of the probability of x, 0 or 1, where the logits of 1 are y:
--- softplus(y) - x y; both of one shape. The sum, the "mean", or with reduce "no" each.
--- - **Shapes**: all of one shape, any; y: one number, or the same with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@param reduce? string  "sum" by default
---@return dgraph.Tensor
function F.bernoulli_nll(x, y, reduce) end

--- Half the sum of the squares of all covariances of a column of y with one of z, over the rows:
--- what keeps two parts of a code from telling the same. reduce "no" gives the covariances.
--- - **Shapes**: y: batch x n; z: batch x m; the result: one number, or n x m with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer; Cheung et al., arXiv:1412.6583.
---@param y dgraph.Tensor
---@param z dgraph.Tensor
---@param reduce? string  "half_squared_sum" by default
---@return dgraph.Tensor
function F.cross_covariance(y, z, reduce) end

--- DeCov: half the sum of the squares of the covariances of each column of h with the others,
--- over the rows, so that units learn different things. reduce "no" gives the covariances, with 0
--- on the diagonal.
--- - **Shapes**: h: batch x n; y: one number, or n x n with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer; Cogswell et al., arXiv:1511.06068.
---@param h dgraph.Tensor
---@param reduce? string  "half_squared_sum" by default
---@return dgraph.Tensor
function F.decov(h, reduce) end

--- Negative sampling: -ln s(x w) for the row w of W that the label t names, and -ln s(-x v) for
--- `sample_size` rows v that `sampler` draws. Rows with the label -1 count for nothing.
--- - **Shapes**: x: batch x size; t: batch; W: labels x size; loss: one number, or batch with reduce "no".
--- - **Dtypes**: x, W: floats, one for both; t and what the sampler gives: int32, int64 or uint8; the loss has x's.
--- - **Errors**: labels that are neither 1 to the rows of W nor -1; a `reduce` that it does not know.
--- - **Source**: Chainer; Mikolov et al., arXiv:1310.4546.
---@param x dgraph.Tensor  batch x size
---@param t dgraph.Tensor  batch, labels from 1
---@param W dgraph.Tensor  labels x size
---@param sampler fun(shape: integer[], device: dgraph.Device): dgraph.Tensor  labels, from 1
---@param sample_size integer
---@param reduce? "sum"|"no"  the sum by default, or one number for each row
---@param return_samples? boolean  false by default
---@return dgraph.Tensor loss
---@return dgraph.Tensor? samples  batch x (1 + sample_size): the labels, then those drawn
function F.negative_sampling(x, t, W, sampler, sample_size, reduce, return_samples) end

--- BlackOut: -ln p(t) - the sum of ln(1 - p(s)) over the samples s of a row, where p is the
--- softmax of x w over the rows w of W that the label t and the samples name. The mean over the
--- rows; reduce "no" gives one number for each.
--- - **Shapes**: x: batch x size; t: batch; W: labels x size; samples: batch x any number; the loss: one number, or batch with reduce "no".
--- - **Dtypes**: x, W: floats, one for both; t, samples: int32, int64 or uint8; the loss has x's.
--- - **Errors**: labels and samples that are not 1 to the rows of W; a `reduce` that it does not know.
--- - **Source**: Chainer; Ji et al., arXiv:1511.06909.
---@param x dgraph.Tensor
---@param t dgraph.Tensor
---@param W dgraph.Tensor
---@param samples dgraph.Tensor
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.black_out(x, t, W, samples, reduce) end

--- Three losses that have the pixels of an instance near to each other, and instances apart.
--- Each image has as many instances as embeddings have elements, `max_embedding_dim`: the labels
--- from 1 to that, as in Chainer; pixels with other labels, 0 as a rule, count for nothing. With
--- d the distance by the `norm`, m the mean of an instance in an image (0 where there is none),
--- they are `alpha` times the mean over the instances of the mean over their pixels of max(0,
--- d(m, x) - delta_v)^2; `beta` times the mean over pairs and images of max(0, 2 delta_d -
--- d(m, m'))^2; and `gamma` times the mean over instances and images of the norm of m, where the
--- norm 2 takes the root over all images at once, as Chainer does.
--- - **Shapes**: embeddings: batch x size x height x width; labels: batch x height x width; each result: one number.
--- - **Dtypes**: embeddings: floats; labels: int32, int64 or uint8; the results have the first one's.
--- - **Errors**: a max_embedding_dim that is not the size, or is 0; a norm other than 1 and 2.
--- - **Source**: Chainer; De Brabandere et al., arXiv:1708.02551.
---@param embeddings dgraph.Tensor
---@param labels dgraph.Tensor
---@param delta_v number
---@param delta_d number
---@param max_embedding_dim integer
---@param norm? number  1 by default
---@param alpha? number  1 by default
---@param beta? number  1 by default
---@param gamma? number  0.001 by default
---@return dgraph.Tensor variance
---@return dgraph.Tensor distance
---@return dgraph.Tensor regularization
function F.discriminative_margin_based_clustering_loss(embeddings, labels, delta_v, delta_d, max_embedding_dim, norm, alpha, beta, gamma) end

--- a < b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.lt(a, b) end

--- a <= b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.le(a, b) end

--- a > b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.gt(a, b) end

--- a >= b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.ge(a, b) end

--- a == b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.eq(a, b) end

--- a != b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.ne(a, b) end

--- a / b, broadcast; both of one float dtype (integers have floordiv).
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.div(a, b) end

--- a^b, elementwise, broadcast; both of one float dtype. Where a <= 0 the gradient to b is 0.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.pow(a, b) end

--- a - b floor(a / b), elementwise, broadcast: Lua's %. Both of one dtype, any but bool; integers
--- refuse a divisor of 0.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.mod(a, b) end

--- floor(a / b), elementwise, broadcast; both of one dtype, any but bool. Integers refuse a divisor
--- of 0. The gradient is 0.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.floordiv(a, b) end

--- a - b, broadcast; both of one dtype, any but bool. Integers wrap around.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.sub(a, b) end

--- a b, elementwise, broadcast; both of one dtype, any but bool. Integers wrap around.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.mul(a, b) end

--- The greater of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
--- they are equal the gradient goes to a, as in Chainer.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.maximum(a, b) end

--- The lesser of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
--- they are equal the gradient goes to a, as in Chainer.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function F.minimum(a, b) end

--- The sum of two or more, broadcast.
--- - **Shapes**: broadcast; any but all of them may be numbers; y: their common shape.
--- - **Dtypes**: numbers, one for all; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: Chainer.
---@param a dgraph.Tensor|number
---@param b dgraph.Tensor|number
---@param ... dgraph.Tensor|number
---@return dgraph.Tensor
function F.add(a, b, ...) end

--- -x, elementwise; any dtype but bool. Integers wrap around.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.neg(x) end

--- |x|, elementwise; any dtype but bool. The gradient at 0 is 0; the least integer is its own.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.absolute(x) end

--- |x|, elementwise; any dtype but bool. The gradient at 0 is 0; the least integer is its own.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.abs(x) end

--- -1, 0 or 1, elementwise; any dtype but bool. NaN stays NaN; the gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.sign(x) end

--- x x, elementwise; any dtype but bool. Integers wrap around.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.square(x) end

--- The square root, elementwise; floats. NaN for negative numbers.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.sqrt(x) end

--- 1 / sqrt(x), elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.rsqrt(x) end

--- e^x, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.exp(x) end

--- e^x - 1, elementwise, exact near 0 too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.expm1(x) end

--- The natural logarithm, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.log(x) end

--- The natural logarithm of 1 + x, elementwise, exact near 0 too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.log1p(x) end

--- The logarithm to base 2, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.log2(x) end

--- The logarithm to base 10, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.log10(x) end

--- The sine, elementwise; floats, in radians.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.sin(x) end

--- The cosine, elementwise; floats, in radians.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.cos(x) end

--- The tangent, elementwise; floats, in radians.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.tan(x) end

--- The angle in [-pi / 2, pi / 2] whose sine is x, elementwise; floats. NaN beyond [-1, 1].
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.arcsin(x) end

--- The angle in [0, pi] whose cosine is x, elementwise; floats. NaN beyond [-1, 1].
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.arccos(x) end

--- The angle in [-pi / 2, pi / 2] whose tangent is x, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.arctan(x) end

--- The angle of the point with ordinate x1 and abscissa x2, from -pi to pi; broadcast.
--- - **Shapes**: x1, x2: broadcast; y: their common shape.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function F.arctan2(x1, x2) end

--- The hyperbolic sine, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.sinh(x) end

--- The hyperbolic cosine, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.cosh(x) end

--- The hyperbolic tangent, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.tanh(x) end

--- What sinh undoes, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.arcsinh(x) end

--- The number from 0 on that cosh makes x, elementwise; floats. NaN below 1.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.arccosh(x) end

--- What tanh undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.arctanh(x) end

--- The greatest whole number not above x, elementwise; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.floor(x) end

--- The least whole number not below x, elementwise; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.ceil(x) end

--- The nearest whole number, elementwise, the even one of two as near; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.round(x) end

--- The whole part: the nearest whole number towards 0, elementwise; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.fix(x) end

--- The rest of x over divisor, broadcast, with the sign of x; `%` gives it the divisor's.
--- - **Shapes**: x, divisor: broadcast; y: their common shape.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param divisor dgraph.Tensor
---@return dgraph.Tensor
function F.fmod(x, divisor) end

--- x limited to [min, max], elementwise; floats. NaN stays NaN.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an x_min that is above x_max.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param x_min number
---@param x_max number
---@return dgraph.Tensor
function F.clip(x, x_min, x_max) end

--- x y, where the axes of y are those of x from `axis` on, or the first of these.
--- - **Shapes**: x: any; y: the sizes of x's axes from `axis` on, or of the first of these; the result: as x.
--- - **Dtypes**: numbers, one for both; the result has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.scale(x, y, axis) end

--- x + y, where the axes of y are those of x from `axis` on, or the first of these. Any dtype but
--- bool.
--- - **Shapes**: x: any; y: the sizes of x's axes from `axis` on, or of the first of these; the result: as x.
--- - **Dtypes**: numbers, one for both; the result has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.bias(x, y, axis) end

--- p x + (1 - p) y, elementwise; all of one shape.
--- - **Shapes**: all of one shape, any; y: the same.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param p dgraph.Tensor
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@return dgraph.Tensor
function F.linear_interpolate(p, x, y) end

--- The arguments as they are.
--- - **Shapes**: any.
--- - **Dtypes**: any, and whatever else.
--- - **Errors**: none.
--- - **Source**: Chainer.
function F.identity(...) end

--- Which elements are NaN, as bools; any dtype.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.isnan(x) end

--- Which elements are infinite, as bools; any dtype.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.isinf(x) end

--- Which elements are neither NaN nor infinite, as bools; any dtype.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.isfinite(x) end

--- Not x; bool.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: bool; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.logical_not(x) end

--- a and b, broadcast; bools.
--- - **Shapes**: x1, x2: broadcast; y: their common shape.
--- - **Dtypes**: bool; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function F.logical_and(x1, x2) end

--- a or b, broadcast; bools.
--- - **Shapes**: x1, x2: broadcast; y: their common shape.
--- - **Dtypes**: bool; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function F.logical_or(x1, x2) end

--- The sum of x over `count` axes (0: all of them); with keepdims they stay as size 1. Small integers
--- and bools are summed as int64.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has x's, int64 for integers and bools.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.sum(x, axis, keepdims) end

--- Sums x to a shape that broadcasts to its own: what broadcast_to undoes, and its gradient.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's, int64 for integers and bools.
--- - **Errors**: a shape that does not broadcast to x's.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param shape integer|integer[]
---@return dgraph.Tensor
function F.sum_to(x, shape) end

--- The mean of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; NaN
--- where there is nothing.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.mean(x, axis, keepdims) end

--- The largest element of x over `count` axes (0: all of them); with keepdims they stay as size 1.
--- Any dtype; NaN wins. The gradient goes to every element that is equal to the result.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.max(x, axis, keepdims) end

--- The smallest element, as dg_max.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.min(x, axis, keepdims) end

--- Positions, which count from 1; over several axes in row-major order.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has int64.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.argmax(x, axis, keepdims) end

--- Where the smallest element is, as dg_argmax.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has int64.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.argmin(x, axis, keepdims) end

--- Whether an element of x over `count` axes (0: all of them) is true, or not 0, as bools; with
--- keepdims the axes stay as size 1. Any dtype; NaN is not 0. False where there is nothing.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.any(x, axis, keepdims) end

--- Whether all elements of x over `count` axes (0: all of them) are true, or not 0, as dg_any. True
--- where there is nothing.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.all(x, axis, keepdims) end

--- The product of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; 1
--- where there is nothing. The gradient is right beside zeros too.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.prod(x, axis, keepdims) end

--- The sum of (x - mean)^2 over n - correction, where n elements go. The correction is PyTorch's;
--- NumPy and Chainer divide by n: give 0 for that.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param correction? number  1 by default
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.var(x, axis, correction, keepdims) end

--- The square root of the variance, with the same options.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param correction? number  1 by default
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.std(x, axis, correction, keepdims) end

--- The sum of squares of each place of the first axis.
--- - **Shapes**: x: batch x ...; y: batch.
--- - **Dtypes**: numbers; y has x's, int64 for integers.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.batch_l2_norm_squared(x) end

--- The mean, or with weights of x's shape, or of the axis's size, the weighted mean.
--- - **Shapes**: x: any; weights: x's shape, or a vector along the one axis; y: x's without these axes, or with size 1 with keepdims.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: weights that do not broadcast to x.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param weights? dgraph.Tensor
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.average(x, axis, weights, keepdims) end

--- The logarithm of the sum of exp(x), without overflow.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function F.logsumexp(x, axis, keepdims) end

--- Sums up to each place of an axis.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats, int32, int64; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor
function F.cumsum(x, axis) end

--- Products up to each place of an axis.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor
function F.cumprod(x, axis) end

--- The largest elements up to each place of an axis, and their positions there, which count from
--- 1: of equals the last one.
--- - **Shapes**: x: one axis or more; the results: the same.
--- - **Dtypes**: any; values have x's, positions int64.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor values
---@return dgraph.Tensor positions
function F.cummax(x, axis) end

--- The matrix product of the last two axes, the others broadcast; a vector is a row on the left,
--- a column on the right.
--- - **Shapes**: a: ... x m x k or k; b: ... x k x n or k; y: ... x m x n, without m or n for vectors.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@param transa? boolean  false by default
---@param transb? boolean  false by default
---@return dgraph.Tensor
function F.matmul(a, b, transa, transb) end

--- Sets each element to 0 with probability `ratio` and divides the others by 1 - ratio, while
--- `dg.config.train` is true; x itself otherwise, and where the ratio is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a ratio that is not in [0, 1).
--- - **Source**: Chainer; Srivastava et al., "Dropout", 2014.
---@param x dgraph.Tensor
---@param ratio? number  0.5 by default
---@return dgraph.Tensor
function F.dropout(x, ratio) end

--- y = x W' + b, where each weight is dropped with probability `ratio` and the others are
--- divided by 1 - ratio, while both `train` and `dg.config.train` are true; none otherwise. Each
--- sample loses others, unless `use_batchwise_mask` is false. A `mask`, whose elements are 1
--- where a weight stays, takes the place of what is drawn; it holds outside of training too.
--- - **Shapes**: x: batch x in, where in may be several axes; W: out x in; b: out or nil; mask: out x in, or batch x out x in; y: batch x out.
--- - **Dtypes**: floats, one for x, W and b; mask: any; y has x's.
--- - **Errors**: a ratio that is not in [0, 1).
--- - **Source**: Chainer; Wan et al., "Regularization of neural networks using DropConnect", 2013.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param ratio? number  0.5 by default
---@param train? boolean  true by default
---@param mask? dgraph.Tensor
---@param use_batchwise_mask? boolean  true by default
---@return dgraph.Tensor
function F.simplified_dropconnect(x, W, b, ratio, train, mask, use_batchwise_mask) end

--- A sample of normal distributions: mean + exp(ln_var / 2) eps, both of one shape. eps is drawn
--- from the standard one unless given, and returned as well with `return_eps`.
--- - **Shapes**: mean, ln_var, eps: one shape, any; the results: the same.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: none.
--- - **Source**: Chainer; Kingma and Welling, arXiv:1312.6114.
---@param mean dgraph.Tensor
---@param ln_var dgraph.Tensor  logarithms of the variances
---@param eps? dgraph.Tensor|{ eps: dgraph.Tensor?, return_eps: boolean? }
---@param return_eps? boolean  false by default
---@return dgraph.Tensor sample
---@return dgraph.Tensor? eps
function F.gaussian(mean, ln_var, eps, return_eps) end

--- A sample of a choice that can be differentiated: softmax((log_pi + g) / tau) along an axis,
--- the second by default, with g from Gumbel's distribution. The smaller tau, the nearer to 0 and
--- 1.
--- - **Shapes**: log_pi: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a tau that is not above 0.
--- - **Source**: Chainer; Jang et al., arXiv:1611.01144.
---@param log_pi dgraph.Tensor
---@param tau? number  0.1 by default
---@param axis? integer  2 by default
---@return dgraph.Tensor
function F.gumbel_softmax(log_pi, tau, axis) end

--- Keeps each element of h with probability `ratio` where x would take its place, while
--- `dg.config.train` is true; x otherwise.
--- - **Shapes**: h, x: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: a ratio that is not in [0, 1].
--- - **Source**: Chainer; Krueger et al., arXiv:1606.01305.
---@param h dgraph.Tensor
---@param x dgraph.Tensor
---@param ratio? number  0.5 by default
---@return dgraph.Tensor
function F.zoneout(h, x, ratio) end

--- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over `axis`: by
--- default the first axis and all behind those of gamma. gamma and beta have x's shape without
--- these axes; nil stands for 1 and 0. `running_mean` and `running_var`, of that shape too,
--- become decay times themselves plus 1 - decay times those of x, in place, where the variance
--- of m numbers counts m / (m - 1) times.
--- - **Shapes**: x: batch x channels x ... for the default axes; gamma, beta, the averages: x's shape without the axes; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: one of running_mean and running_var without the other.
--- - **Source**: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
---@param x dgraph.Tensor
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param eps? number  2e-5 by default
---@param running_mean? dgraph.Tensor
---@param running_var? dgraph.Tensor
---@param decay? number  0.9 by default
---@param axis? integer|integer[]
---@return dgraph.Tensor
function F.batch_normalization(x, gamma, beta, eps, running_mean, running_var, decay, axis) end

--- The same with mean and variance that are given, as those that batch_normalization kept.
--- - **Shapes**: x: batch x channels x ... for the default axes; gamma, beta, mean, var: x's shape without the axes; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
---@param x dgraph.Tensor
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param mean dgraph.Tensor
---@param var dgraph.Tensor
---@param eps? number  2e-5 by default
---@param axis? integer|integer[]
---@return dgraph.Tensor
function F.fixed_batch_normalization(x, gamma, beta, mean, var, eps, axis) end

--- Normalization over the batch that stays near what the averages would give: (xn r + d) gamma +
--- beta, where xn is (x - mean) / sigma with sigma = sqrt(var + eps), both of x over the first
--- axis and all behind those of gamma. With sigma' = sqrt(running_var + eps), r is sigma /
--- sigma', limited to [1 / rmax, rmax], and d is (mean - running_mean) / sigma', limited to
--- [-dmax, dmax]; both count as constants in the gradients. gamma and beta may be nil: 1 and 0.
--- The averages, which are needed, change only with `update_statistics`, as batch_normalization
--- changes them.
--- - **Shapes**: x: batch x channels x ...; gamma, beta, the averages: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: no running_mean or running_var; an rmax below 1 or a dmax below 0.
--- - **Source**: Chainer; Ioffe, arXiv:1702.03275.
---@param x dgraph.Tensor
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param rmax number
---@param dmax number
---@param eps? number  2e-5 by default
---@param running_mean? dgraph.Tensor
---@param running_var? dgraph.Tensor
---@param decay? number  0.9 by default
---@param update_statistics? boolean  false by default
---@return dgraph.Tensor
function F.batch_renormalization(x, gamma, beta, rmax, dmax, eps, running_mean, running_var, decay, update_statistics) end

--- The same as `fixed_batch_normalization` for the first axis and all behind those of mean: in
--- use nothing is left to correct.
--- - **Shapes**: x: batch x channels x ...; gamma, beta, mean, var: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ioffe, arXiv:1702.03275.
---@param x dgraph.Tensor
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param mean dgraph.Tensor
---@param var dgraph.Tensor
---@param eps? number  2e-5 by default
---@return dgraph.Tensor
function F.fixed_batch_renormalization(x, gamma, beta, mean, var, eps) end

--- Makes channels uncorrelated, with mean 0 and variance 1 over the batch: P (x - mean), where P
--- is the inverse square root of the covariances of the channels plus eps on their diagonal (ZCA
--- whitening). The channels fall into groups, which are whitened each by itself. `running_mean`
--- and `running_projection` become decay times themselves plus 1 - decay times the mean and P, in
--- place, where the P of m places counts m / (m - 1) times; either may be nil. Second derivatives
--- want covariances whose eigenvalues differ.
--- - **Shapes**: x: batch x channels x ...; running_mean: groups x channels of a group; running_projection: groups x channels of a group x as many; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that do not fall into so many groups; where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer; Huang et al., arXiv:1804.08450.
---@param x dgraph.Tensor
---@param groups? integer  16 by default
---@param eps? number  2e-5 by default
---@param running_mean? dgraph.Tensor
---@param running_projection? dgraph.Tensor
---@param decay? number  0.9 by default
---@return dgraph.Tensor
function F.decorrelated_batch_normalization(x, groups, eps, running_mean, running_projection, decay) end

--- projection (x - mean) for each group of channels, with averages as
--- `decorrelated_batch_normalization` keeps them.
--- - **Shapes**: x: batch x channels x ...; mean: groups x channels of a group; projection: groups x channels of a group x as many; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that do not fall into so many groups.
--- - **Source**: Chainer; Huang et al., arXiv:1804.08450.
---@param x dgraph.Tensor
---@param mean dgraph.Tensor
---@param projection dgraph.Tensor
---@param groups? integer  16 by default
---@return dgraph.Tensor
function F.fixed_decorrelated_batch_normalization(x, mean, projection, groups) end

--- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance over the last axes
--- of x, as many as gamma has. gamma and beta have the shape of these axes.
--- - **Shapes**: x: ... x units for gamma and beta of that size; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ba, Kiros, Hinton, arXiv:1607.06450.
---@param x dgraph.Tensor
---@param gamma dgraph.Tensor
---@param beta? dgraph.Tensor
---@param eps? number  1e-5 by default
---@return dgraph.Tensor
function F.layer_normalization(x, gamma, beta, eps) end

--- The same, with the mean and the variance of each of `groups` groups of channels in a sample.
--- gamma and beta have one number for each channel; nil stands for 1 and 0.
--- - **Shapes**: x: batch x channels x ...; gamma, beta: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that do not fall into so many groups.
--- - **Source**: Chainer; Wu and He, arXiv:1803.08494.
---@param x dgraph.Tensor
---@param groups integer
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param eps? number  1e-5 by default
---@return dgraph.Tensor
function F.group_normalization(x, groups, gamma, beta, eps) end

--- The same, with the mean and the variance of each channel in a sample: PyTorch's function,
--- without its running averages.
--- - **Shapes**: x: batch x channels x ...; weight, bias: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch; Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022.
---@param x dgraph.Tensor
---@param weight? dgraph.Tensor
---@param bias? dgraph.Tensor
---@param eps? number  1e-5 by default
---@return dgraph.Tensor
function F.instance_norm(x, weight, bias, eps) end

--- x / sqrt(mean of x^2 + eps) weight, over the last axes of x, whose sizes are
--- `normalized_shape`. By default eps is the distance from 1 to the next number of x's dtype.
--- - **Shapes**: x: ... x normalized_shape; weight: normalized_shape; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch; Zhang and Sennrich, arXiv:1910.07467.
---@param x dgraph.Tensor
---@param normalized_shape integer|integer[]
---@param weight? dgraph.Tensor
---@param eps? number  -1 by default
---@return dgraph.Tensor
function F.rms_norm(x, normalized_shape, weight, eps) end

--- x / (length + eps), where length is the root of the sum of x^2 along an axis or several.
--- - **Shapes**: x: two axes or more where no axis is named; y: the same.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param eps? number  1e-5 by default
---@param axis? integer|integer[]  2 by default
---@return dgraph.Tensor
function F.normalize(x, eps, axis) end

--- x / (k + alpha s)^beta, where s is the sum of x^2 over a channel and its neighbours: n / 2 of
--- them on each side, rounded down.
--- - **Shapes**: x: batch x channels x ...; y: the same.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: an n below 1.
--- - **Source**: Chainer; Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012.
---@param x dgraph.Tensor
---@param n? integer  5 by default
---@param k? number  2 by default
---@param alpha? number  1e-4 by default
---@param beta? number  0.75 by default
---@return dgraph.Tensor
function F.local_response_normalization(x, n, k, alpha, beta) end

--- g v / length of v, for each place along `axis`: a weight as its direction v and its length g,
--- which has v's shape with size 1 along all other axes.
--- - **Shapes**: v: one axis or more; g: as v, but 1 along all axes but this one; y: as v.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch; Salimans and Kingma, arXiv:1602.07868.
---@param v dgraph.Tensor
---@param g dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor
function F.weight_norm(v, g, axis) end

--- The greatest element of each window of ksize; windows are `stride` apart, ksize where that is
--- nil. x: batch x channels x h x w; y: batch x channels x h' x w' with h' = (h + 2 pad - ksize)
--- / stride + 1, rounded up with `cover_all`, else down. With `return_indices` also where in x's
--- planes the maxima are: int32, counted row by row from 1; 0 for a window without elements of x,
--- whose maximum is minus infinity. The gradient goes to the first of equals. Floats.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x h' x w'.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.max_pooling_2d(x, ksize, stride, pad, cover_all, return_indices) end

--- max_pooling_2d along one axis. x: batch x channels x length.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x length'.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.max_pooling_1d(x, ksize, stride, pad, cover_all, return_indices) end

--- max_pooling_2d along three axes. x: batch x channels x depth x height x width.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.max_pooling_3d(x, ksize, stride, pad, cover_all, return_indices) end

--- max_pooling_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x channels x as many.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.max_pooling_nd(x, ksize, stride, pad, cover_all, return_indices) end

--- The mean of each window of ksize; windows are `stride` apart, ksize where that is nil. What
--- lies outside of x counts as 0, or not at all with `pad_value` false (Chainer's None). Sizes as
--- with max_pooling_2d without cover_all. Floats.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function F.average_pooling_2d(x, ksize, stride, pad, pad_value) end

--- average_pooling_2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x length'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function F.average_pooling_1d(x, ksize, stride, pad, pad_value) end

--- average_pooling_2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function F.average_pooling_3d(x, ksize, stride, pad, pad_value) end

--- average_pooling_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x channels x as many.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function F.average_pooling_nd(x, ksize, stride, pad, pad_value) end

--- Each element copied over a window of ksize; windows are `stride` apart, ksize where that is
--- nil, and add up where they overlap. A size h becomes `outsize`, or stride (h - 1) + ksize - 2
--- pad, less stride - 1 with `cover_all`. Floats.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function F.unpooling_2d(x, ksize, stride, pad, outsize, cover_all) end

--- unpooling_2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x length'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function F.unpooling_1d(x, ksize, stride, pad, outsize, cover_all) end

--- unpooling_2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function F.unpooling_3d(x, ksize, stride, pad, outsize, cover_all) end

--- unpooling_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x channels x as many.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function F.unpooling_nd(x, ksize, stride, pad, outsize, cover_all) end

--- What undoes a max pooling: zeros, with the elements of x at the places that its indices say,
--- as max_pooling_2d returns them. The other arguments are that pooling's; outsize as in
--- unpooling_2d.
--- - **Shapes**: x, indexes: batch x channels x h x w; y: batch x channels x outsize.
--- - **Dtypes**: x: floats; indexes: int32, int64 or uint8; y has x's.
--- - **Errors**: as the others of this family; positions outside of the planes.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param indexes dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function F.upsampling_2d(x, indexes, ksize, stride, pad, outsize, cover_all) end

--- The means of output_size windows, as even as they can be: place o of n on an axis of size s
--- reaches from floor(o s / n) to below ceil((o + 1) s / n), counted from 0. x: batch x channels
--- x h x w.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@return dgraph.Tensor
function F.adaptive_avg_pool2d(x, output_size) end

--- adaptive_avg_pool2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@return dgraph.Tensor
function F.adaptive_avg_pool1d(x, output_size) end

--- adaptive_avg_pool2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@return dgraph.Tensor
function F.adaptive_avg_pool3d(x, output_size) end

--- The greatest elements of the windows of adaptive_avg_pool2d; with `return_indices` also their
--- places, as max_pooling_2d gives them.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.adaptive_max_pool2d(x, output_size, return_indices) end

--- adaptive_max_pool2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.adaptive_max_pool1d(x, output_size, return_indices) end

--- adaptive_max_pool2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param x dgraph.Tensor
---@param output_size integer|integer[]
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function F.adaptive_max_pool3d(x, output_size, return_indices) end

--- Max poolings to 1, 4, 16 ... windows, `pyramid_height` of them, joined: batch x (channels (1 +
--- 4 + ...)) x 1 x 1, whatever the size of x.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels (1 + 4 + ...) x 1 x 1.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: another pooling than "max"; another number of axes than 4; a pyramid_height below 1.
--- - **Source**: Chainer; He et al., arXiv:1406.4729.
---@param x dgraph.Tensor
---@param pyramid_height integer
---@param pooling? "max"
---@return dgraph.Tensor
function F.spatial_pyramid_pooling_2d(x, pyramid_height, pooling) end

--- Products of tensors summed over indices, as a formula says: "ij,jk->ik" is the matrix product,
--- "ii->i" the diagonal, "ij->" the sum. "..." stands for axes that are broadcast; without an
--- arrow the result has the letters that occur once, in the order of the alphabet. Of several
--- operands those pairs come first whose product is smallest.
--- - **Shapes**: as the subscripts say.
--- - **Dtypes**: numbers, one for all, and of one operand any; y has it.
--- - **Errors**: subscripts that are no formula; other than one operand for each term; indices with different sizes.
--- - **Source**: NumPy.
---@param subscripts string
---@param ... dgraph.Tensor
---@return dgraph.Tensor
function F.einsum(subscripts, ...) end

--- The sum of a's products with b over the last `axes` axes of a and the first of b, or over the
--- axes that two lists (or numbers) name.
--- - **Shapes**: a, b: any with equal sizes along the axes summed over; y: the other axes of a, then those of b.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: other than two lists of equal length; axes given twice.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@param axes? integer|integer[][]
---@return dgraph.Tensor
function F.tensordot(a, b, axes) end

--- The products of the matrices at each place of the first axis; B x N are B columns.
--- - **Shapes**: a: batch x m x k; b: batch x k x n, or batch x n for vectors; y: batch x m x n.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: operands of less than two axes.
--- - **Source**: Chainer.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@param transa? boolean  false by default
---@param transb? boolean  false by default
---@return dgraph.Tensor
function F.batch_matmul(a, b, transa, transb) end

--- The product as NumPy's dot: over the last axis of a and the last but one of b (the only one of
--- a vector); with a tensor without axes, of each element.
--- - **Shapes**: a: ... x k; b: ... x k x n or k; y: the other axes of a, then those of b.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@return dgraph.Tensor
function F.dot(a, b) end

--- The sum of the products of all elements, whatever the shapes are.
--- - **Shapes**: a, b: any, of as many elements; y: one number.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@return dgraph.Tensor
function F.vdot(a, b) end

--- The product of each element of a (rows) with each of b (columns).
--- - **Shapes**: a, b: any; y: size of a x size of b.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@return dgraph.Tensor
function F.outer(a, b) end

--- The product of a sparse matrix (`dg.utils.CooMatrix`) and a tensor, whichever comes first, or
--- of batches of both; `transa` and `transb` transpose them. Gradients flow to the tensor and to
--- the values of the entries. Takes memory for entries x n numbers, or x m where the tensor comes
--- first.
--- - **Shapes**: a: (batch x) m x k; b: (batch x) k x n; y: (batch x) m x n.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: other than one sparse matrix and one tensor.
--- - **Source**: Chainer.
---@param a dgraph.CooMatrix|dgraph.Tensor
---@param b dgraph.CooMatrix|dgraph.Tensor
---@param transa? boolean  false
---@param transb? boolean  false
---@return dgraph.Tensor
function F.sparse_matmul(a, b, transa, transb) end

--- y[l] = e1' W[..][..][l] e2 for each row of e1 and e2: batch x J, batch x K; W: J x K x L. With
--- the linear terms e1 V1 + e2 V2 + b where V1 (J x L), V2 (K x L) and b (L) are given, all or
--- none.
--- - **Shapes**: e1: batch x J; e2: batch x K (axes behind the batch count as one); W: J x K x L; y: batch x L.
--- - **Dtypes**: numbers, one for all; y has it.
--- - **Errors**: some of V1, V2 and b without the others.
--- - **Source**: Chainer.
---@param e1 dgraph.Tensor
---@param e2 dgraph.Tensor
---@param W dgraph.Tensor
---@param V1? dgraph.Tensor
---@param V2? dgraph.Tensor
---@param b? dgraph.Tensor
---@return dgraph.Tensor
function F.bilinear(e1, e2, W, V1, V2, b) end

--- One step of an LSTM: c = sigmoid(f) c_prev + sigmoid(i) tanh(a), h = sigmoid(o) tanh(c).
--- c_prev: batch x units, x: batch x 4 units, the gates a, i, f, o of the first unit, then those
--- of the second ...; axes behind these two are the same. Where x has fewer rows than c_prev, the
--- others stay as they are in c, and h has as many as x.
--- - **Shapes**: c_prev: batch x units (x ...); x: batch x 4 units (x ...), with as many rows or fewer; c: as c_prev; h: as many rows as x.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: none.
--- - **Source**: Chainer; Graves, "Supervised sequence labelling with recurrent neural networks", 2012.
---@param c_prev dgraph.Tensor
---@param x dgraph.Tensor
---@return dgraph.Tensor c
---@return dgraph.Tensor h
function F.lstm(c_prev, x) end

--- One step of an LSTM with two states and inputs, as for two children of a tree:
--- c = sigmoid(f1) c_prev1 + sigmoid(f2) c_prev2 + sigmoid(i1) tanh(a1) + sigmoid(i2) tanh(a2),
--- h = sigmoid(o1 + o2) tanh(c). Shapes and gates as in `lstm`.
--- - **Shapes**: c_prev1, c_prev2: batch x units (x ...); x1, x2: batch x 4 units (x ...); c, h: as c_prev1.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: states or inputs that differ in shape.
--- - **Source**: Chainer; Bowman et al., arXiv:1603.06021.
---@param c_prev1 dgraph.Tensor
---@param c_prev2 dgraph.Tensor
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@return dgraph.Tensor c
---@return dgraph.Tensor h
function F.slstm(c_prev1, c_prev2, x1, x2) end

--- One step of an LSTM on a tree, `tree_lstm(c1, ..., cN, x)`: c = sigmoid(i) tanh(a) +
--- sigmoid(f1) c1 + ... + sigmoid(fN) cN, h = sigmoid(o) tanh(c). The children's states are batch
--- x units; x is batch x (3 + N) units, all of a, then i, o, f1 ... fN.
--- - **Shapes**: c1 ... cN: batch x units; x: batch x (3 + N) units; c, h: batch x units.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: less than two tensors; states that differ in shape.
--- - **Source**: Chainer; Tai, Socher, Manning, arXiv:1503.00075; gates as in arXiv:1603.06021.
---@param ... dgraph.Tensor
---@return dgraph.Tensor c
---@return dgraph.Tensor h
function F.tree_lstm(...) end

--- softmax(scale q k' + mask) v over the keys. query: ... x queries x depth, key: ... x keys x
--- depth, value: ... x keys x width, leading axes broadcast. attn_mask spreads over ... x queries
--- x keys: bools, true where a query sees a key, or numbers to be added. `is_causal`: no query
--- sees keys of higher positions. A query that sees none gets 0. Each weight is dropped with
--- probability dropout_p, whether `dg.config.train` is true or not, as in PyTorch. scale: 1 /
--- sqrt(depth) by default. Memory does not grow with queries times keys.
--- - **Shapes**: query: ... x queries x depth; key: ... x keys x depth; value: ... x keys x width; y: ... x queries x width.
--- - **Dtypes**: floats, one for all; the mask: bool or that; y has it.
--- - **Errors**: a dropout_p that is not in [0, 1); is_causal with a mask.
--- - **Source**: PyTorch; Vaswani et al., arXiv:1706.03762; in blocks as Dao et al., arXiv:2205.14135.
---@param query dgraph.Tensor
---@param key dgraph.Tensor
---@param value dgraph.Tensor
---@param attn_mask? dgraph.Tensor
---@param dropout_p? number  0 by default
---@param is_causal? boolean  false by default
---@param scale? number
---@return dgraph.Tensor
function F.scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale) end

--- Several layers of LSTMs over sequences. hx and cx, where they begin: layers x batch x units.
--- ws and bs: a list for each layer of eight matrices and biases, those of the input for the
--- gates i, f, a, o, then those of h. xs: a list of the inputs of each step, batch x in;
--- sequences of different lengths are sorted, the longest first, so that the batch shrinks from
--- step to step. Or one tensor, steps x batch x in. Between layers `dropout_ratio` drops out
--- while training. Returns h and c in the end, shaped like hx, and the last layer's h of each
--- step, as xs came.
--- - **Shapes**: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in two directions) instead of in.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: n_layers below 1; lists of another length than the layers want; states of another shape; no steps; a step with more rows than the one before.
--- - **Source**: Chainer.
---@param n_layers integer
---@param dropout_ratio number
---@param hx dgraph.Tensor
---@param cx dgraph.Tensor
---@param ws dgraph.Tensor[][]
---@param bs dgraph.Tensor[][]
---@param xs dgraph.Tensor[]|dgraph.Tensor
---@return dgraph.Tensor hy
---@return dgraph.Tensor cy
---@return dgraph.Tensor[]|dgraph.Tensor ys
function F.n_step_lstm(n_layers, dropout_ratio, hx, cx, ws, bs, xs) end

--- The same in both directions. Layer l has the lists 2 l - 1 (forward) and 2 l (backward) of ws
--- and bs, and these places of hx and cx; layers but the first get both directions' h side by
--- side, and so are ys.
--- - **Shapes**: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in two directions) instead of in.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: n_layers below 1; lists of another length than the layers want; states of another shape; no steps; a step with more rows than the one before.
--- - **Source**: Chainer.
---@param n_layers integer
---@param dropout_ratio number
---@param hx dgraph.Tensor
---@param cx dgraph.Tensor
---@param ws dgraph.Tensor[][]
---@param bs dgraph.Tensor[][]
---@param xs dgraph.Tensor[]|dgraph.Tensor
---@return dgraph.Tensor hy
---@return dgraph.Tensor cy
---@return dgraph.Tensor[]|dgraph.Tensor ys
function F.n_step_bilstm(n_layers, dropout_ratio, hx, cx, ws, bs, xs) end

--- Several layers of GRUs over sequences: r = sigmoid(W1 x + b1 + W4 h + b4),
--- z = sigmoid(W2 x + b2 + W5 h + b5), h = (1 - z) tanh(W3 x + b3 + r (W6 h + b6)) + z h. Six
--- matrices and biases for each layer; all else as in `n_step_lstm`.
--- - **Shapes**: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in two directions) instead of in.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: n_layers below 1; lists of another length than the layers want; states of another shape; no steps; a step with more rows than the one before.
--- - **Source**: Chainer; Cho et al., arXiv:1406.1078, in the form of cuDNN.
---@param n_layers integer
---@param dropout_ratio number
---@param hx dgraph.Tensor
---@param ws dgraph.Tensor[][]
---@param bs dgraph.Tensor[][]
---@param xs dgraph.Tensor[]|dgraph.Tensor
---@return dgraph.Tensor hy
---@return dgraph.Tensor[]|dgraph.Tensor ys
function F.n_step_gru(n_layers, dropout_ratio, hx, ws, bs, xs) end

--- The same in both directions, as `n_step_bilstm`.
--- - **Shapes**: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in two directions) instead of in.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: n_layers below 1; lists of another length than the layers want; states of another shape; no steps; a step with more rows than the one before.
--- - **Source**: Chainer.
---@param n_layers integer
---@param dropout_ratio number
---@param hx dgraph.Tensor
---@param ws dgraph.Tensor[][]
---@param bs dgraph.Tensor[][]
---@param xs dgraph.Tensor[]|dgraph.Tensor
---@return dgraph.Tensor hy
---@return dgraph.Tensor[]|dgraph.Tensor ys
function F.n_step_bigru(n_layers, dropout_ratio, hx, ws, bs, xs) end

--- Several layers of plain recurrent units over sequences: h = f(W1 x + b1 + W2 h + b2), where
--- the activation f is "tanh" or "relu". Two matrices and biases for each layer; all else as in
--- `n_step_lstm`.
--- - **Shapes**: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in two directions) instead of in.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: as n_step_lstm; an activation that is neither "tanh" nor "relu".
--- - **Source**: Chainer.
---@param n_layers integer
---@param dropout_ratio number
---@param hx dgraph.Tensor
---@param ws dgraph.Tensor[][]
---@param bs dgraph.Tensor[][]
---@param xs dgraph.Tensor[]|dgraph.Tensor
---@param activation? string  "tanh" by default
---@return dgraph.Tensor hy
---@return dgraph.Tensor[]|dgraph.Tensor ys
function F.n_step_rnn(n_layers, dropout_ratio, hx, ws, bs, xs, activation) end

--- The same in both directions, as `n_step_bilstm`.
--- - **Shapes**: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in two directions) instead of in.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: as n_step_rnn.
--- - **Source**: Chainer.
---@param n_layers integer
---@param dropout_ratio number
---@param hx dgraph.Tensor
---@param ws dgraph.Tensor[][]
---@param bs dgraph.Tensor[][]
---@param xs dgraph.Tensor[]|dgraph.Tensor
---@param activation? string  "tanh" by default
---@return dgraph.Tensor hy
---@return dgraph.Tensor[]|dgraph.Tensor ys
function F.n_step_birnn(n_layers, dropout_ratio, hx, ws, bs, xs, activation) end

--- The largest elements of regions of images. Each roi is (y_min, x_min, y_max, x_max), times
--- `spatial_scale` distances from the first element, and lies in the image that roi_indices says,
--- which count from 1. It is rounded to whole elements, at least one (halves to the even number),
--- and divided into outsize bins, which share the elements at their borders. A bin that lies
--- outside of the image gives 0. The gradient goes to x.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; Girshick, arXiv:1504.08083.
---@param x dgraph.Tensor
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@return dgraph.Tensor
function F.roi_max_pooling_2d(x, rois, roi_indices, outsize, spatial_scale) end

--- The means of the elements that roi_max_pooling_2d compares. What is not a finite number
--- reaches all regions of its image.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; Girshick, arXiv:1504.08083.
---@param x dgraph.Tensor
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@return dgraph.Tensor
function F.roi_average_pooling_2d(x, rois, roi_indices, outsize, spatial_scale) end

--- roi_max_pooling_2d as it was first: a roi is (image, x_min, y_min, x_max, y_max), the image
--- counts from 1, and the elements at x_max and y_max belong to it.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 5; y: regions x channels x outh x outw.
--- - **Dtypes**: x: floats; rois: numbers; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; Girshick, arXiv:1504.08083.
---@param x dgraph.Tensor
---@param rois dgraph.Tensor
---@param outh integer
---@param outw integer
---@param spatial_scale number
---@return dgraph.Tensor
function F.roi_pooling_2d(x, rois, outh, outw, spatial_scale) end

--- The means of samples in bins of regions, told as for roi_max_pooling_2d but not rounded. A bin
--- has `sampling_ratio` samples along each axis, or when it is nil as many as it is long, rounded
--- up; each is mixed of the four elements around. Samples more than an element outside of the
--- image count as 0. What is not a finite number reaches all regions of its image.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a sampling_ratio that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; He et al., arXiv:1703.06870.
---@param x dgraph.Tensor
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@param sampling_ratio? integer|integer[]
---@return dgraph.Tensor
function F.roi_average_align_2d(x, rois, roi_indices, outsize, spatial_scale, sampling_ratio) end

--- The largest of the samples that roi_average_align_2d takes; those more than an element outside
--- of the image do not count, and a bin that has no others gives 0.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a sampling_ratio that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; He et al., arXiv:1703.06870.
---@param x dgraph.Tensor
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@param sampling_ratio? integer|integer[]
---@return dgraph.Tensor
function F.roi_max_align_2d(x, rois, roi_indices, outsize, spatial_scale, sampling_ratio) end

--- The loss of A. Graves et al., "Connectionist temporal classification", 2006, for labels whose
--- places are not known. x: a list of steps, each batch x classes, whose softmax is taken; t:
--- batch x labels from 1; `blank_symbol` is the class of no label. `input_length` and
--- `label_length`: how many steps and labels of each sequence count (all). The mean over the
--- batch; reduce "no" gives one number for each sequence. Infinite where there are too few steps.
--- Has one derivative, no second.
--- - **Shapes**: x: steps of batch x classes; t: batch x longest; input_length, label_length: batch; y: one number, or batch with reduce "no".
--- - **Dtypes**: x: floats; t and the lengths: int32, int64 or uint8; y has x's.
--- - **Errors**: labels and a blank_symbol that are not 1 to the number of classes; lengths beyond the tensors; a `reduce` that it does not know.
--- - **Source**: Chainer; Graves et al., "Connectionist temporal classification", 2006.
---@param x dgraph.Tensor[]
---@param t any
---@param blank_symbol integer
---@param input_length? dgraph.Tensor
---@param label_length? dgraph.Tensor
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.connectionist_temporal_classification(x, t, blank_symbol, input_length, label_length, reduce) end

--- The loss of a linear chain conditional random field: minus the logarithm of the probability of
--- the labels ys. cost: labels x labels, what it scores to go from one to the next; xs: a list of
--- steps, each batch x labels, whose batches may shrink (the longest sequences come first); ys: a
--- list of as many steps, each batch, labels from 1. The mean over the sequences; reduce "no"
--- gives one number for each.
--- - **Shapes**: cost: labels x labels; xs: steps of batch x labels, no step larger than the one before; ys: steps of batch; y: one number, or as many as sequences with reduce "no".
--- - **Dtypes**: cost, xs: floats, one for all; ys: int32, int64 or uint8; y has that of cost.
--- - **Errors**: labels that are not 1 to their number; no steps, or not as many of labels as of scores; a `reduce` that it does not know.
--- - **Source**: Chainer; Lafferty, McCallum, Pereira, "Conditional random fields", 2001.
---@param cost dgraph.Tensor
---@param xs dgraph.Tensor[]
---@param ys dgraph.Tensor[]
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function F.crf1d(cost, xs, ys, reduce) end

--- The labels that score most under a conditional random field as in F.crf1d, by A. Viterbi's
--- algorithm. No gradient flows.
--- - **Shapes**: cost: labels x labels; xs: steps of batch x labels, no step larger than the one before; scores: batch; path: steps of batch.
--- - **Dtypes**: cost, xs: numbers, one for all; scores have it, the path int64.
--- - **Errors**: no steps.
--- - **Source**: Chainer; Viterbi, 1967.
---@param cost dgraph.Tensor  labels x labels
---@param xs dgraph.Tensor[]  a list of steps, each batch x labels
---@return dgraph.Tensor scores  batch
---@return dgraph.Tensor[] path  a list of steps of labels, counted from 1
function F.argmax_crf1d(cost, xs) end

--- Where spatial_transformer_sampler looks for each element of an image of output_shape: the
--- places of a regular grid times the matrix `theta`, [x'; y'] = theta [x; y; 1]. Both grids go
--- from -1 to 1 along each axis; a single row or column lies at -1.
--- - **Shapes**: theta: batch x 2 x 3; y: batch x 2 x output_shape, first x, which goes along the width, then y.
--- - **Dtypes**: floats; y has theta's.
--- - **Errors**: sizes below 1.
--- - **Source**: Chainer; Jaderberg et al., arXiv:1506.02025.
---@param theta dgraph.Tensor
---@param output_shape integer|integer[]  height and width
---@return dgraph.Tensor
function F.spatial_transformer_grid(theta, output_shape) end

--- The image at other places, mixed of the four elements around each; outside of it are zeros.
--- The centres of the corners are at -1 and 1. Differentiable in both.
--- - **Shapes**: x: batch x channels x h x w; grid: batch x 2 x h' x w', first the place along the width; y: batch x channels x h' x w'.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Jaderberg et al., arXiv:1506.02025.
---@param x dgraph.Tensor
---@param grid dgraph.Tensor
---@return dgraph.Tensor
function F.spatial_transformer_sampler(x, grid) end

--- The channels in as many groups as a window of ksize has elements, each moved by its element's
--- distance from the middle, times `dilate`; zeros come in. The last group, which has all
--- channels that are left over, stays where it is.
--- - **Shapes**: x: batch x channels x h x w; y: as x.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a ksize that is not odd; a dilation of 0; fewer channels than groups.
--- - **Source**: Chainer; Wu et al., arXiv:1711.08141.
---@param x dgraph.Tensor
---@param ksize? integer|integer[]
---@param dilate? integer|integer[]  below 0: the other way
---@return dgraph.Tensor
function F.shift(x, ksize, dilate) end

--- A convolution whose filters differ from place to place: y[n, o, p] = b[o, p] + the sum of x[n,
--- c, p stride + i] W[p, o, c, i] over c and i. There are as many places as W has.
--- - **Shapes**: x: batch x channels x h x w; W: h' x w' x out x channels x kh x kw; b: out x h' x w' or nil; y: batch x out x h' x w'.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: strides below 1; an x that is too small for so many places; no places.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@return dgraph.Tensor
function F.local_convolution_2d(x, W, b, stride) end

--- A convolution whose filters look elsewhere: element i of the filter at place p sees x at p
--- stride + i - pad + offset[p, i], mixed of the four elements around, with zeros around x. The
--- first kh kw channels of the offset tell how far to the right, the others how far down, in
--- elements; there are as many places as it has. Differentiable in all four.
--- - **Shapes**: x: batch x channels x h x w; offset: batch x 2 kh kw x h' x w'; W: out x channels x kh x kw; b: out or nil; y: batch x out x h' x w'.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: strides below 1; pads below 0.
--- - **Source**: Chainer; Dai et al., arXiv:1703.06211.
---@param x dgraph.Tensor
---@param offset dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@return dgraph.Tensor
function F.deformable_convolution_2d_sampler(x, offset, W, b, stride, pad) end

--- log |gamma(x)|, elementwise; floats. Infinite at 0 and the negative whole numbers.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.lgamma(x) end

--- The derivative of lgamma, elementwise; floats. Infinite at 0, NaN at negative whole numbers.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.digamma(x) end

--- Derivative n of digamma at x, elementwise. n: a number, or a tensor of whole numbers that
--- broadcasts with x, and has no gradient.
--- - **Shapes**: n: a number, or broadcasts with x; y: their common shape.
--- - **Dtypes**: x: floats; n: any; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param n integer|dgraph.Tensor
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.polygamma(n, x) end

--- Hurwitz's zeta, the sum of (q + k)^-x over k = 0, 1, 2 ..., elementwise, broadcast; floats of one
--- dtype. Only q has a gradient, as in Chainer. Infinite for x = 1, NaN below, and NaN for a
--- negative q with an x that is not whole.
--- - **Shapes**: x, q: broadcast; y: their common shape.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@param q dgraph.Tensor
---@return dgraph.Tensor
function F.zeta(x, q) end

--- The error function, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.erf(x) end

--- 1 - erf(x), elementwise, exact for large x too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.erfc(x) end

--- exp(x^2) erfc(x), elementwise, without underflow; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.erfcx(x) end

--- What erf undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.erfinv(x) end

--- What erfc undoes, elementwise; floats. Infinite at 0 and 2, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.erfcinv(x) end

--- The probability that a normal number is below x, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.ndtr(x) end

--- The number that a normal number is below with probability x, elementwise; floats. Infinite at 0
--- and 1, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.ndtri(x) end

--- The logarithm of ndtr, elementwise, exact far below 0 too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function F.log_ndtr(x) end

--- Calls `f(...)` without recording what it does, which saves the memory of its results on the
--- way; backward calls it again, with the same random numbers, `dg.config.train` and autocast,
--- and then goes back through it. Parameters that f uses get their gradients too. f returns one
--- tensor or several and must do the same each time; what layers keep (running averages, vectors
--- of SpectralNormalization) moves once, since `dg.config.in_recomputing` is true the second
--- time. An error under double backprop.
--- - **Shapes**: any, as f takes them and returns them.
--- - **Dtypes**: any, as f takes them and returns them.
--- - **Errors**: an f that is no function; a walk back that records itself (double backprop); a tensor of the arguments that was overwritten before backward.
--- - **Source**: Chainer; Chen et al., arXiv:1604.06174.
---@param f fun(...): dgraph.Tensor ...
---@param ... any  tensors, and whatever else f takes
---@return dgraph.Tensor ...
function F.forget(f, ...) end

--- Computes the gradients of all leaves that y was computed from and adds them to theirs. y has one
--- element, or its gradient is set beforehand.
---@param retain_grad? boolean|dgraph.BackwardOptions
---@param enable_double_backprop? boolean
---@param loss_scale? number
function Tensor:backward(retain_grad, enable_double_backprop, loss_scale) end

--- A walk that you steer: `while not walk:run(500) do draw() end`, `walk:step()`, `walk:close()`.
---@param options? dgraph.BackwardOptions
---@return dgraph.Walk
function Tensor:start_backward(options) end

--- The steps of a walk, node by node: `for step in y:walk() do print(step.name) end`. The leaves
--- have their gradients when the loop has run to its end.
---@param options? dgraph.BackwardOptions
---@return fun(): dgraph.Walk?
function Tensor:walk(options) end

--- 1 / (1 + exp(-x)), elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:sigmoid() end

--- The greater of x and 0, elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:relu() end

--- log(1 + exp(beta x)) / beta, elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a beta of 0.
--- - **Source**: Chainer.
---@param beta? number  1 by default
---@return dgraph.Tensor
function Tensor:softplus(beta) end

--- exp(x) divided by its sum along an axis.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: no axis 2 where no axis is named: a vector wants axis 1.
--- - **Source**: Chainer.
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:softmax(axis) end

--- The logarithm of softmax.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as softmax.
--- - **Source**: Chainer.
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:log_softmax(axis) end

--- x where it is not negative, else slope x, elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param slope? number  0.2 by default
---@return dgraph.Tensor
function Tensor:leaky_relu(slope) end

--- x where it is not negative, else alpha (exp(x) - 1), elementwise.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer; Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.
---@param alpha? number  1 by default
---@return dgraph.Tensor
function Tensor:elu(alpha) end

--- scale elu(x, alpha), elementwise. With the numbers that are the defaults, layers keep mean 0
--- and variance 1.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer; Klambauer et al., arXiv:1706.02515.
---@param alpha? number  1.6732632423543772848170429916717 by default
---@param scale? number  1.0507009873554804934193349852946 by default
---@return dgraph.Tensor
function Tensor:selu(alpha, scale) end

--- x limited to [0, z], elementwise. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a z that is not above 0.
--- - **Source**: Chainer.
---@param z? number  20 by default
---@return dgraph.Tensor
function Tensor:clipped_relu(z) end

--- x limited to [0, 6], elementwise; floats. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:relu6() end

--- x limited to [min_val, max_val], elementwise. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a min_val that is not below max_val.
--- - **Source**: PyTorch.
---@param min_val? number  -1 by default
---@param max_val? number  1 by default
---@return dgraph.Tensor
function Tensor:hardtanh(min_val, max_val) end

--- 0.2 x + 0.5 limited to [0, 1], elementwise; floats. The gradient at both ends is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:hard_sigmoid() end

--- x sigmoid(x), elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@return dgraph.Tensor
function Tensor:silu() end

--- x tanh(log(1 + exp(x))), elementwise; floats (Misra, arXiv:1908.08681).
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch; Misra, arXiv:1908.08681.
---@return dgraph.Tensor
function Tensor:mish() end

--- log(1 / (1 + exp(-x))), elementwise, without overflow; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@return dgraph.Tensor
function Tensor:logsigmoid() end

--- x times the probability that a normal number is below x, elementwise; approximate "tanh" gives
--- x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an `approximate` that is neither of the two.
--- - **Source**: PyTorch; Hendrycks and Gimpel, arXiv:1606.08415.
---@param approximate? string  "none" or "tanh"
---@return dgraph.Tensor
function Tensor:gelu(approximate) end

--- x sigmoid(beta x), elementwise; floats of one dtype. beta has the shape of x behind its first
--- axis, or the first axes of that.
--- - **Shapes**: x: batch x ...; beta: x's shape without the batch, or the first axes of that; y: as x.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ramachandran, Zoph, Le, arXiv:1710.05941.
---@param beta dgraph.Tensor
---@return dgraph.Tensor
function Tensor:swish(beta) end

--- x where it is not negative, else W x, elementwise; floats. W has the shape of x behind its first
--- axis, or the first axes of that.
--- - **Shapes**: x: batch x ...; W: x's shape without the batch, or the first axes of that; y: as x.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; He et al., arXiv:1502.01852.
---@param W dgraph.Tensor
---@return dgraph.Tensor
function Tensor:prelu(W) end

--- max(x, 0) and max(-x, 0), joined along an axis.
--- - **Shapes**: x: one axis or more, two where none is named; y: the same, twice as long along the axis.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer; Shang et al., arXiv:1603.05201.
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:crelu(axis) end

--- The largest of each `pool_size` neighbours along an axis.
--- - **Shapes**: x: one axis or more; y: the same, pool_size times shorter along the axis.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a size of the axis that pool_size does not divide.
--- - **Source**: Chainer; Goodfellow et al., arXiv:1302.4389.
---@param pool_size integer
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:maxout(pool_size, axis) end

--- x where it is not negative, else r x, elementwise. r is uniform in [l, u), anew for each
--- element, while `dg.config.train` is true, and (l + u) / 2 otherwise. A tensor `r` is taken
--- instead of new numbers; with `return_r`, r is the second result.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: other than 0 <= l < u < 1; an `r` that has not x's shape and dtype.
--- - **Source**: Chainer; Xu et al., arXiv:1505.00853.
---@param l? number  1 / 8 by default
---@param u? number  1 / 3 by default
---@param r? dgraph.Tensor  in x's shape and dtype
---@param return_r? boolean  false by default
---@return dgraph.Tensor
function Tensor:rrelu(l, u, r, return_r) end

--- The columns (axis 2) in reverse order.
--- - **Shapes**: x: two axes or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:fliplr() end

--- The rows (axis 1) in reverse order.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:flipud() end

--- All elements along one axis; the same as `flatten`.
--- - **Shapes**: x: any; y: one axis.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:ravel() end

--- x with the axes `source` at the places `destination`, the others in their order.
--- - **Shapes**: x: any; y: x's sizes in the new order.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: lists of different lengths.
--- - **Source**: NumPy, as Chainer has it.
---@param source integer|integer[]
---@param destination integer|integer[]
---@return dgraph.Tensor
function Tensor:moveaxis(source, destination) end

--- x with one axis moved until it lies before the axis that is at `start`; behind all for ndim +
--- 1.
--- - **Shapes**: x: one axis or more; y: x's sizes in the new order.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis integer
---@param start? integer  1 by default
---@return dgraph.Tensor
function Tensor:rollaxis(axis, start) end

--- The elements moved `shift` places along an axis; those that leave it come in again at the
--- other end. Lists move along several axes; without an axis x is flat.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: other than one shift for each axis.
--- - **Source**: NumPy.
---@param shift integer|integer[]
---@param axis? any
---@return dgraph.Tensor
function Tensor:roll(shift, axis) end

--- The sums of the diagonals `offset` above the main one of the matrices in two axes.
--- - **Shapes**: x: two axes or more; y: x without these two.
--- - **Dtypes**: any; y has x's, int64 for integers and bools.
--- - **Errors**: axis1 and axis2 that are one.
--- - **Source**: NumPy.
---@param offset? integer  0 by default
---@param axis1? integer  1 by default
---@param axis2? integer  2 by default
---@return dgraph.Tensor
function Tensor:trace(offset, axis1, axis2) end

--- Matrices with the last axis of x on the diagonal `offset` above the main one, zeros elsewhere.
--- - **Shapes**: x: one axis or more, ... x n; y: ... x m x m with m = n + |offset|.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param offset? integer  0 by default
---@return dgraph.Tensor
function Tensor:diag_embed(offset) end

--- Diagonal k of a matrix; of a vector, the matrix that has it there.
--- - **Shapes**: x: n, then y: m x m with m = n + |k|; or x: m x n, then y: the diagonal's length.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a tensor of another number of axes.
--- - **Source**: NumPy.
---@param k? integer  0 by default
---@return dgraph.Tensor
function Tensor:diag(k) end

--- The matrices in the last two axes with zeros above diagonal k.
--- - **Shapes**: x: two axes or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param k? integer  0 by default
---@return dgraph.Tensor
function Tensor:tril(k) end

--- The matrices in the last two axes with zeros below diagonal k.
--- - **Shapes**: x: two axes or more; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param k? integer  0 by default
---@return dgraph.Tensor
function Tensor:triu(k) end

--- A view of x's memory with this shape and these strides (in elements), which begins
--- `storage_offset` elements behind the start of the memory; where x begins when nil. Gradients
--- add up where an element is seen several times.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: other than one stride for each axis; a view that would reach beyond the elements of x; an x of which two elements are one in memory.
--- - **Source**: PyTorch.
---@param shape integer|integer[]
---@param strides integer|integer[]
---@param storage_offset? any
---@return dgraph.Tensor
function Tensor:as_strided(shape, strides, storage_offset) end

--- The places of x along an axis in the order that a permutation gives: y[i] = x[indices[i]], or
--- with `inv` y[indices[i]] = x[i].
--- - **Shapes**: x: one axis or more; indices: as many as the axis has places; y: as x.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: indices that are not each of 1 to n once.
--- - **Source**: Chainer.
---@param indices integer[]|dgraph.Tensor
---@param axis? integer  1 by default
---@param inv? boolean  false by default
---@return dgraph.Tensor
function Tensor:permutate(indices, axis, inv) end

--- The same elements in another shape, of which one size may be -1.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a shape with another number of elements; more than one -1.
--- - **Source**: NumPy, as Chainer has it.
---@param shape integer|integer[]
---@param ... integer  where the list is given as numbers
---@return dgraph.Tensor
function Tensor:reshape(shape, ...) end

--- Repeated along axes of size 1 and new leading axes.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: a shape to which x does not broadcast.
--- - **Source**: NumPy, as Chainer has it.
---@param shape integer|integer[]
---@param ... integer  where the list is given as numbers
---@return dgraph.Tensor
function Tensor:broadcast_to(shape, ...) end

--- The axes in another order; reversed when none is given.
--- - **Shapes**: x: any; y: x's sizes in the new order.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: axes that are not each once.
--- - **Source**: NumPy, as Chainer has it.
---@param axes? integer|integer[]
---@param ... integer  where the list is given as numbers
---@return dgraph.Tensor
function Tensor:transpose(axes, ...) end

--- x with two of its axes exchanged. Shares the elements of x.
--- - **Shapes**: x: one axis or more; y: with two sizes exchanged.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis1 integer
---@param axis2 integer
---@return dgraph.Tensor
function Tensor:swapaxes(axis1, axis2) end

--- x with a new axis of size 1, which is axis `axis` of the result (negative: from its end). Shares
--- the elements of x.
--- - **Shapes**: x: up to 7 axes; y: one axis of size 1 more.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis integer
---@return dgraph.Tensor
function Tensor:expand_dims(axis) end

--- Without axes of size 1: those given, or all.
--- - **Shapes**: x: any; y: without these axes.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: an axis of another size than 1.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@return dgraph.Tensor
function Tensor:squeeze(axis) end

--- The order along axes reversed, along all when none is given.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@return dgraph.Tensor
function Tensor:flip(axis) end

--- `x[slices]`
--- - **Shapes**: x: any; y: for each slice its length, for each tensor of positions its shape, none for a number; for a mask (bool) as many places as are true.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: positions that x does not have; more of them than x has axes; a step of 0; a mask of another shape.
--- - **Source**: NumPy, as Chainer has it.
---@param slices any
---@return dgraph.Tensor
function Tensor:get_item(slices) end

--- Places along an axis that a tensor of positions chooses.
--- - **Shapes**: x: one axis or more; y: x's, with the shape of the indices in the place of the axis.
--- - **Dtypes**: x: any; indices: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that x does not have.
--- - **Source**: NumPy, as Chainer has it.
---@param indices dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor
function Tensor:take(indices, axis) end

--- The elements of x where the condition (bool) is true, else those of y.
--- - **Shapes**: condition, x, y: broadcast.
--- - **Dtypes**: condition: bool; x, y: any, one for both; the result has it.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@return dgraph.Tensor
function Tensor:where(x, y) end

--- A contiguous copy of x.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:copy() end

--- x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
--- that does, NaN becomes 0. To float16 and bfloat16 they go by rounding to the nearest, of two to the
--- even one, and to infinity where they are too large. Gradients flow between float dtypes. A copy
--- even if nothing changes.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has `typ`.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param typ dgraph.Dtype
---@return dgraph.Tensor
function Tensor:cast(typ) end

--- x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
--- that does, NaN becomes 0. To float16 and bfloat16 they go by rounding to the nearest, of two to the
--- even one, and to infinity where they are too large. Gradients flow between float dtypes. A copy
--- even if nothing changes.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has `dtype`.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param dtype dgraph.Dtype
---@return dgraph.Tensor
function Tensor:astype(dtype) end

--- The positions of what is not 0, one row for each.
--- - **Shapes**: x: any; y: how many x axes.
--- - **Dtypes**: any; y has int64.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@return dgraph.Tensor
function Tensor:nonzero() end

--- All elements along one axis.
--- - **Shapes**: x: any; y: one axis.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:flatten() end

--- A list of parts of x along an axis: as many equal ones as a number says, or of these sizes.
--- - **Shapes**: x: one axis or more; the results: x's but for the axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: a number of parts that does not divide the size; sizes that do not add up to it.
--- - **Source**: PyTorch's name; a number is one of parts, as Chainer's split_axis has it.
---@param sizes integer|integer[]
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function Tensor:split(sizes, axis) end

--- A list of parts of x along an axis: as many equal ones as a number says, or cut before each of
--- these positions: `{3}` gives the places 1 to 2, and those from 3 on.
--- - **Shapes**: x: one axis or more; the results: x's but for the axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: a number of parts that does not divide the size; positions that do not rise or lie outside.
--- - **Source**: Chainer.
---@param indices_or_sections integer|integer[]|dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function Tensor:split_axis(indices_or_sections, axis) end

--- The places of x along an axis as a list, without that axis.
--- - **Shapes**: x: one axis or more; the results: x's without the axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param axis? integer  1 by default
---@return dgraph.Tensor[]
function Tensor:separate(axis) end

--- The element of each row that its label names: y[i] = x[i][t[i]]. Labels count from 1.
--- - **Shapes**: x: batch x classes or batch x classes x ...; t: x's without the classes; y: as t.
--- - **Dtypes**: x: any; t: int32, int64 or uint8; y has x's.
--- - **Errors**: labels that are not 1 to the number of classes.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@return dgraph.Tensor
function Tensor:select_item(t) end

--- The diagonal `offset` above the main one of the matrices in two axes.
--- - **Shapes**: x: two axes or more; y: the others, then the diagonal's length.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: axis1 and axis2 that are one.
--- - **Source**: NumPy.
---@param offset? integer  0 by default
---@param axis1? integer  1 by default
---@param axis2? integer  2 by default
---@return dgraph.Tensor
function Tensor:diagonal(offset, axis1, axis2) end

--- Elements of a constant put around x. `pad_width`: a number, {before, after}, or that for each
--- axis.
--- - **Shapes**: x: any; y: each axis longer by its two widths.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: another mode than "constant"; negative widths; widths for another number of axes.
--- - **Source**: NumPy, as Chainer has it.
---@param pad_width integer|integer[]|integer[][]
---@param mode? string  "constant" by default
---@param constant_values? number  0 by default
---@return dgraph.Tensor
function Tensor:pad(pad_width, mode, constant_values) end

--- Each place of an axis so many times in a row: as a number says, or a list of one for each
--- place. Without an axis, the elements of x one by one. Also `F["repeat"]`.
--- - **Shapes**: x: one axis or more; y: the axis as long as the sum of the repeats.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: a list of another length than the axis; negative repeats.
--- - **Source**: NumPy, as Chainer has it.
---@param repeats integer|integer[]
---@param axis? integer
---@return dgraph.Tensor
function Tensor:repeat_(repeats, axis) end

--- The whole of x so many times along each axis.
--- - **Shapes**: x: any; y: each size as often as `reps` says, aligned at the last axis.
--- - **Dtypes**: any; the results have x's.
--- - **Errors**: negative numbers.
--- - **Source**: NumPy, as Chainer has it.
---@param reps integer|integer[]
---@return dgraph.Tensor
function Tensor:tile(reps) end

--- y = x W' + b. x: batch x in, W: out x in, b: out or nil; y: batch x out. Axes of x behind the
--- `n_batch_axes` first ones are flattened.
--- - **Shapes**: x: batch x in; W: out x in; b: out or nil; y: batch x out.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: an `n_batch_axes` that leaves no axis for the inputs.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param n_batch_axes? integer  1 by default
---@return dgraph.Tensor
function Tensor:linear(W, b, n_batch_axes) end

--- Rows of W by their numbers, which count from 1; `ignore_label` gives a row of zeros.
--- If W is a leaf its gradient is `sparse`: only the rows that were taken are kept
--- (`W:grad_rows()`), and optimizers change only these. `W.grad` makes a whole matrix of them.
--- - **Shapes**: x: any; W: ids x size; y: x's shape, then size.
--- - **Dtypes**: x: int32, int64 or uint8; W: floats; y has W's.
--- - **Errors**: ids that are not 1 to the rows of W, nor ignore_label.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param ignore_label? integer
---@param sparse? boolean  true by default
---@return dgraph.Tensor
function Tensor:embed_id(W, ignore_label, sparse) end

--- y[n, o, p] = b[o] + the sum of x[n, c, p stride - pad + i dilate] W[o, c, i] over c and i,
--- with zeros around x. x: batch x channels x h x w, W: out x channels / groups x kh x kw, b: out
--- or nil; y: batch x out x h' x w' with h' = (h + 2 pad - (kh - 1) dilate - 1) / stride + 1,
--- rounded down, or up with `cover_all`. Filters of a group see the channels of that group.
--- Floats of one dtype.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:convolution_2d(W, b, stride, pad, cover_all, dilate, groups) end

--- convolution_2d along one axis. x: batch x channels x length.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:convolution_1d(W, b, stride, pad, cover_all, dilate, groups) end

--- convolution_2d along three axes. x: batch x channels x depth x height x width.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:convolution_3d(W, b, stride, pad, cover_all, dilate, groups) end

--- convolution_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:convolution_nd(W, b, stride, pad, cover_all, dilate, groups) end

--- The transpose of a convolution: each element of x adds its multiple of the filters to y. x:
--- batch x channels x h x w, W: channels x out / groups x kh x kw, b: out or nil; y: batch x out
--- x h' x w' with h' = stride (h - 1) + (kh - 1) dilate + 1 - 2 pad, or `outsize`, of which a
--- convolution must make x's size. Floats of one dtype.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: besides those of convolution_2d, an `outsize` from which a convolution does not make x's size.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:deconvolution_2d(W, b, stride, pad, outsize, dilate, groups) end

--- deconvolution_2d along one axis.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:deconvolution_1d(W, b, stride, pad, outsize, dilate, groups) end

--- deconvolution_2d along three axes.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:deconvolution_3d(W, b, stride, pad, outsize, dilate, groups) end

--- deconvolution_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param dilate? integer|integer[]  1 by default
---@param groups? integer  1 by default
---@return dgraph.Tensor
function Tensor:deconvolution_nd(W, b, stride, pad, outsize, dilate, groups) end

--- convolution_2d with filters whose elements are `dilate` apart.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x out x as many axes, as the text says.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that the groups do not divide; strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer; Yu and Koltun, arXiv:1511.07122.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param dilate? integer|integer[]  1 by default
---@param cover_all? boolean  false by default
---@return dgraph.Tensor
function Tensor:dilated_convolution_2d(W, b, stride, pad, dilate, cover_all) end

--- Each channel convolved by itself with `multiplier` filters. x: batch x channels x h x w, W:
--- multiplier x channels x kh x kw, b: channels multiplier or nil; y has channels multiplier
--- channels, those of one channel of x side by side.
--- - **Shapes**: x: batch x channels x h x w; W: multiplier x channels x kh x kw; b: channels multiplier or nil; y: batch x channels multiplier x h' x w'.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: as convolution_2d; a W that is not multiplier x channels x kh x kw.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@return dgraph.Tensor
function Tensor:depthwise_convolution_2d(W, b, stride, pad) end

--- Minus the element of each row of logarithms of probabilities x that its label t names, counted
--- from 1. x: batch x classes or batch x classes x ..., t: batch x .... Labels `ignore_index`
--- count for nothing; `weight` (classes) scales each label's loss. The mean is that of the labels
--- that count, by their weights; reduction "sum", or "none" for one number for each label.
--- - **Shapes**: x: batch x classes or batch x classes x ...; t: x's without the classes; y: one number, or as t.
--- - **Dtypes**: x, weight: floats, one for both; t: int32, int64 or uint8; y has x's.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_index; a reduction that it does not know.
--- - **Source**: PyTorch.
---@param t dgraph.Tensor
---@param weight? dgraph.Tensor
---@param ignore_index? integer  -100 by default
---@param reduction? string  "mean" by default
---@return dgraph.Tensor
function Tensor:nll_loss(t, weight, ignore_index, reduction) end

--- The cross entropy of sigmoid(x) and targets t of x's shape, numbers from 0 to 1 in x's dtype:
--- -(p t ln s + (1 - t) ln(1 - s)) weight with s = sigmoid(x), where `pos_weight` p and `weight`
--- broadcast to x's shape. The mean over all elements; reduction "sum", or "none" for each.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: weights that do not broadcast to x's shape; a reduction that it does not know.
--- - **Source**: PyTorch.
---@param t dgraph.Tensor
---@param weight? dgraph.Tensor
---@param reduction? string  "mean" by default
---@param pos_weight? dgraph.Tensor
---@return dgraph.Tensor
function Tensor:binary_cross_entropy_with_logits(t, weight, reduction, pos_weight) end

--- The same as `binary_cross_entropy_with_logits`.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a reduction that it does not know.
--- - **Source**: PyTorch.
---@param t dgraph.Tensor
---@param weight? dgraph.Tensor
---@param reduction? string  "mean" by default
---@param pos_weight? dgraph.Tensor
---@return dgraph.Tensor
function Tensor:bce_with_logits(t, weight, reduction, pos_weight) end

--- The divergence of the distribution t from one whose logarithm is x: t (ln t - x), 0 where t is
--- 0; both of one shape. With `log_target` t is a logarithm as well. The mean over all elements;
--- reduction "batchmean" (the sum over the size of the first axis), "sum", or "none" for each.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a reduction that it does not know.
--- - **Source**: PyTorch.
---@param t dgraph.Tensor
---@param reduction? string  "mean" by default
---@param log_target? boolean  false by default
---@return dgraph.Tensor
function Tensor:kl_div(t, reduction, log_target) end

--- The cosine of the angle between x1 and x2 along an axis, the second by default; they
--- broadcast. Lengths count as `eps` where they are less.
--- - **Shapes**: x1, x2: broadcast; y: their common shape without the axis.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param x2 dgraph.Tensor
---@param axis? integer  2 by default
---@param eps? number  1e-8 by default
---@return dgraph.Tensor
function Tensor:cosine_similarity(x2, axis, eps) end

--- a^2 / (2 beta) where |a| < beta, a = x - t, else |a| - beta / 2; both of one shape. The mean
--- over all elements; reduction "sum", or "none" for each.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a beta below 0; a reduction that it does not know.
--- - **Source**: PyTorch; Girshick, "Fast R-CNN", arXiv:1504.08083.
---@param t dgraph.Tensor
---@param reduction? string  "mean" by default
---@param beta? number  1 by default
---@return dgraph.Tensor
function Tensor:smooth_l1_loss(t, reduction, beta) end

--- The same as `smooth_l1_loss`.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: as smooth_l1_loss.
--- - **Source**: PyTorch.
---@param t dgraph.Tensor
---@param reduction? string  "mean" by default
---@param beta? number  1 by default
---@return dgraph.Tensor
function Tensor:smooth_l1(t, reduction, beta) end

--- The cross entropy of sigmoid(x) and targets t (0 or 1, in x's dtype and shape) where sure
--- answers count less: (1 - p)^gamma times it, p being the probability of the target, and alpha
--- times that where t is 1, 1 - alpha where it is 0; with alpha < 0 neither. Each element;
--- reduction "mean" or "sum".
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a reduction that it does not know.
--- - **Source**: torchvision; Lin et al., arXiv:1708.02002.
---@param t dgraph.Tensor
---@param alpha? number  0.25 by default
---@param gamma? number  2 by default
---@param reduction? string  "none" by default
---@return dgraph.Tensor
function Tensor:sigmoid_focal_loss(t, alpha, gamma, reduction) end

--- The sum, mean or largest elements (`mode`) of the rows of W that each bag of ids names,
--- counted from 1. x: bags x size, or with `offsets` a list: the positions at which bags begin,
--- the first of them 1; `include_last_offset` says that the end of the last one follows.
--- `per_sample_weights`, of x's shape, scale the rows of a sum; the id `padding_idx` is left out.
--- A bag without ids gives 0. `bias`, an element for each column of W, is added to all.
--- The gradient of a leaf W is that of F.embed_id, `sparse`.
--- - **Shapes**: x: bags x size, or a list with `offsets`; W: ids x size; y: bags x size.
--- - **Dtypes**: x, offsets: int32, int64 or uint8; W: floats; y has W's.
--- - **Errors**: an unknown mode; offsets that do not rise from 1 to at most the end; ids that are not 1 to the rows of W, nor padding_idx; weights for another mode than "sum" or of another shape than x; a bias that is not as a row of W.
--- - **Source**: PyTorch.
---@param W dgraph.Tensor
---@param offsets? dgraph.Tensor
---@param mode? string  "mean" by default
---@param sparse? boolean  true by default
---@param per_sample_weights? dgraph.Tensor
---@param include_last_offset? boolean  false by default
---@param padding_idx? integer
---@param bias? dgraph.Tensor
---@return dgraph.Tensor
function Tensor:embedding_bag(W, offsets, mode, sparse, per_sample_weights, include_last_offset, padding_idx, bias) end

--- The share of rows of y whose greatest element is at the position t, which counts from 1.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; the result: one number.
--- - **Dtypes**: y: any; t: int32, int64 or uint8; the result has y's, float32 for integers and bools.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param ignore_label? integer
---@return dgraph.Tensor
function Tensor:accuracy(t, ignore_label) end

--- The share of scores y that are on the right side: from 0 on where the target t is 1, below
--- where it is 0. Targets -1 do not count; 0 if none is left. t: integers in y's shape, values
--- that do not shift. Not differentiable.
--- - **Shapes**: y, t: one shape, any; the result: one number.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; the result has y's.
--- - **Errors**: floats or bool as t.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@return dgraph.Tensor
function Tensor:binary_accuracy(t) end

--- Of each class: the share of the places predicted as it that are it (precision), the share of
--- its places that are predicted so (recall), their harmonic mean with weight beta^2 for recall,
--- and how many places it has. y: scores, batch x classes (x ...); t: labels, batch (x ...),
--- which count from 1 up to `label_num`, the greatest label when nil. Labels `ignore_label` do
--- not count. A class without places, or never predicted, has NaN. Not differentiable.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param label_num? integer
---@param beta? number  1 by default
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor precision
---@return dgraph.Tensor recall
---@return dgraph.Tensor f_beta
---@return dgraph.Tensor support
function Tensor:classification_summary(t, label_num, beta, ignore_label) end

--- The precision of each class, and how many places it has: see classification_summary.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param label_num? integer
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor precision
---@return dgraph.Tensor support
function Tensor:precision(t, label_num, ignore_label) end

--- The recall of each class, and how many places it has: see classification_summary.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param label_num? integer
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor recall
---@return dgraph.Tensor support
function Tensor:recall(t, label_num, ignore_label) end

--- The harmonic mean of precision and recall of each class, and how many places it has: see
--- classification_summary.
--- - **Shapes**: y: batch x classes or batch x classes x ...; t: y's without the classes; each result: classes.
--- - **Dtypes**: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; a negative label_num.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param label_num? integer
---@param ignore_label? integer  -1 by default
---@return dgraph.Tensor f1
---@return dgraph.Tensor support
function Tensor:f1_score(t, label_num, ignore_label) end

--- The coefficient of determination: 1 less the sum of (pred - truth)^2 over the sum of (truth -
--- mean)^2, along the first axis; 0 where the latter is 0. The mean of these numbers, or with
--- multioutput "raw_values" all of them. pred and truth: floats of one shape. sample_weight is
--- there for the order of arguments alone. Not differentiable.
--- - **Shapes**: pred, truth: one shape, batch x ...; the result: one number, or pred's without the batch.
--- - **Dtypes**: floats, one for both; the result has it.
--- - **Errors**: a sample_weight; a multioutput that is neither of the two.
--- - **Source**: Chainer.
---@param truth dgraph.Tensor
---@param sample_weight? nil
---@param multioutput? string  "uniform_average" or "raw_values"
---@return dgraph.Tensor
function Tensor:r2_score(truth, sample_weight, multioutput) end

--- y[i][j] = x[i][index[i][j]] for axis 2 of two: an element for each of the index, which has as
--- many axes as x, none of them larger but this one. PyTorch's gather.
--- - **Shapes**: x: one axis or more; index: as many axes, none larger but this one; y: as the index.
--- - **Dtypes**: x: any; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that the axis does not have.
--- - **Source**: PyTorch.
---@param axis integer
---@param index dgraph.Tensor
---@return dgraph.Tensor
function Tensor:gather(axis, index) end

--- The same as NumPy has it: the axes of x and of the indices other than this one are broadcast.
--- - **Shapes**: x, indices: as many axes, which broadcast but for this one; y: as the indices after that.
--- - **Dtypes**: x: any; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that the axis does not have.
--- - **Source**: NumPy.
---@param indices dgraph.Tensor
---@param axis? integer  -1 by default
---@return dgraph.Tensor
function Tensor:take_along_axis(indices, axis) end

--- x, but y[i][index[i][j]] = src[i][j] for axis 2 of two: what gather undoes. `src` has the
--- shape of the index, or is a number. Of equal places the last one stays, and has the gradient.
--- - **Shapes**: x: one axis or more; index: as many axes, none larger but this one; src: as the index; y: as x.
--- - **Dtypes**: x: any; src: x's; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: positions that the axis does not have.
--- - **Source**: PyTorch.
---@param axis integer
---@param index dgraph.Tensor
---@param src dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:scatter(axis, index, src) end

--- a + b at the places that `slices` choose, which may be all that an index can be: `a[slices] +=
--- b` as a new tensor. b is broadcast; places that are chosen twice are added to twice.
--- - **Shapes**: a: any; b: broadcasts to the shape of a[slices]; y: as a.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: slices that a does not have.
--- - **Source**: Chainer.
---@param slices any
---@param b dgraph.Tensor
---@return dgraph.Tensor
function Tensor:scatter_add(slices, b) end

--- x + alpha source, where place i of the source along an axis is added to place index[i] of x.
--- - **Shapes**: x: one axis or more; index: one axis; source: as x, but as long as the index along the axis; y: as x.
--- - **Dtypes**: x, source: numbers, one for both; the index: int32, int64 or uint8; y has x's.
--- - **Errors**: an index of another number of axes; positions that the axis does not have.
--- - **Source**: PyTorch.
---@param axis integer
---@param index dgraph.Tensor
---@param source dgraph.Tensor
---@param alpha? number  1 by default
---@return dgraph.Tensor
function Tensor:index_add(axis, index, source, alpha) end

--- x with `value`, a number or a tensor without axes, where the mask (bool) is true.
--- - **Shapes**: x, mask: broadcast; value: one number; y: their common shape.
--- - **Dtypes**: x: any; mask: bool; a tensor as value: x's; y has x's.
--- - **Errors**: a value with axes.
--- - **Source**: PyTorch.
---@param mask dgraph.Tensor
---@param value number|boolean|dgraph.Tensor
---@return dgraph.Tensor
function Tensor:masked_fill(mask, value) end

--- A new last axis with 1 at the place that the label names and 0 elsewhere. Labels count from 1;
--- there are as many classes as the largest when `num_classes` is nil.
--- - **Shapes**: t: any; y: t's shape, then classes.
--- - **Dtypes**: t: int32, int64 or uint8; y has `dtype`.
--- - **Errors**: labels that are not 1 to the number of classes; no labels and no num_classes.
--- - **Source**: PyTorch.
---@param num_classes? any
---@param dtype? string  "int64" by default
---@return dgraph.Tensor
function Tensor:one_hot(num_classes, dtype) end

--- The positions at which the elements along an axis stand in rising or falling order. Equal
--- elements keep their order, NaN counts as larger than all numbers.
--- - **Shapes**: x: one axis or more; the results: the same.
--- - **Dtypes**: any; positions have int64, values x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param axis? integer  -1 by default
---@param descending? boolean  false by default
---@return dgraph.Tensor
function Tensor:argsort(axis, descending) end

--- The elements along an axis in rising or falling order, and their positions: as argsort.
--- - **Shapes**: x: one axis or more; the results: the same.
--- - **Dtypes**: any; positions have int64, values x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param axis? integer  -1 by default
---@param descending? boolean  false by default
---@return dgraph.Tensor values
---@return dgraph.Tensor positions
function Tensor:sort(axis, descending) end

--- The k largest elements along an axis, or smallest, and their positions, the outermost first.
--- They are in order whatever `sorted` says.
--- - **Shapes**: x: one axis or more; the results: the same but for the axis, which has k places.
--- - **Dtypes**: any; positions have int64, values x's.
--- - **Errors**: a k below 0 or above the size of the axis.
--- - **Source**: PyTorch.
---@param k integer
---@param axis? integer  -1 by default
---@param largest? boolean  true by default
---@param sorted? boolean  true by default
---@return dgraph.Tensor values
---@return dgraph.Tensor positions
function Tensor:topk(k, axis, largest, sorted) end

--- What windows of ksize look at, as channels: batch x (channels kh kw) x h' x w'. Windows and
--- sizes as those of convolution_2d.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels kh kw x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: windows, strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  false by default
---@param dilate? integer|integer[]  1 by default
---@return dgraph.Tensor
function Tensor:im2col(ksize, stride, pad, cover_all, dilate) end

--- What windows look at, one column for each: batch x (channels kh kw) x places. x has one to
--- three axes behind batch and channels.
--- - **Shapes**: x: batch x channels x one to three axes; y: batch x channels kh kw x places.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: windows, strides or dilations below 1; pads below 0; a window that does not fit.
--- - **Source**: PyTorch.
---@param kernel_size integer|integer[]
---@param dilation? integer|integer[]  1 by default
---@param padding? integer|integer[]  0 by default
---@param stride? integer|integer[]  1 by default
---@return dgraph.Tensor
function Tensor:unfold(kernel_size, dilation, padding, stride) end

--- The transpose of unfold: planes of output_size, each element the sum of what unfold would copy
--- from there. x: batch x (channels kh kw) x places. A number for output_size means two axes.
--- - **Shapes**: x: batch x channels kh kw x places; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: besides those of im2col, channels that are no multiple of the window's elements; another number of places than the windows have.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@param kernel_size integer|integer[]
---@param dilation? integer|integer[]  1 by default
---@param padding? integer|integer[]  0 by default
---@param stride? integer|integer[]  1 by default
---@return dgraph.Tensor
function Tensor:fold(output_size, kernel_size, dilation, padding, stride) end

--- Channels turned into blocks of r x r elements: batch x (r^2 c) x h x w becomes batch x c x (r
--- h) x (r w). Channel (i r + j) c + k, counted from 0, is at row i and column j of the blocks of
--- channel k.
--- - **Shapes**: x: batch x r^2 c x h x w; y: batch x c x r h x r w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; channels that r^2 does not divide.
--- - **Source**: Chainer.
---@param r integer
---@return dgraph.Tensor
function Tensor:depth2space(r) end

--- What undoes depth2space.
--- - **Shapes**: X: batch x c x r h x r w; y: batch x r^2 c x h x w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; sizes that r does not divide.
--- - **Source**: Chainer.
---@param r integer
---@return dgraph.Tensor
function Tensor:space2depth(r) end

--- depth2space in PyTorch's order: channel k r^2 + i r + j, counted from 0, is at row i and
--- column j of the blocks of channel k.
--- - **Shapes**: x: batch x r^2 c x h x w; y: batch x c x r h x r w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; channels that r^2 does not divide.
--- - **Source**: PyTorch; Shi et al., arXiv:1609.05158.
---@param upscale_factor integer
---@return dgraph.Tensor
function Tensor:pixel_shuffle(upscale_factor) end

--- What undoes pixel_shuffle.
--- - **Shapes**: x: batch x c x r h x r w; y: batch x r^2 c x h x w.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: another number of axes than 4; an r below 1; sizes that r does not divide.
--- - **Source**: PyTorch.
---@param downscale_factor integer
---@return dgraph.Tensor
function Tensor:pixel_unshuffle(downscale_factor) end

--- The image in another height and width. "bilinear" mixes the four elements around each place,
--- "nearest" takes the one at or before it. The corners lie on each other with `align_corners`;
--- without, and with "nearest", the outer edges of the elements do.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x output_shape.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an unknown mode; sizes below 1.
--- - **Source**: Chainer.
---@param output_shape integer[]  height and width
---@param mode? "bilinear"|"nearest"
---@param align_corners? boolean  true by default
---@return dgraph.Tensor
function Tensor:resize_images(output_shape, mode, align_corners) end

--- Inverses. A singular matrix is an error.
--- - **Shapes**: x: ... x n x n; y: the same.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: a singular matrix; where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:inv() end

--- The same as `inv`, by its name for stacks in Chainer.
--- - **Shapes**: x: ... x n x n; y: the same.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: a singular matrix; where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:batch_inv() end

--- Determinants. Where a matrix is singular there is a first gradient, but no second one.
--- - **Shapes**: x: ... x n x n; y: ...
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:det() end

--- The same as `det`, by its name for stacks in Chainer.
--- - **Shapes**: x: ... x n x n; y: ...
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:batch_det() end

--- The x of a x = b; b is a matrix or one vector, leading axes broadcast.
--- - **Shapes**: a: ... x n x n; b: ... x n x k or n; leading axes broadcast; x: as b.
--- - **Dtypes**: floats, one for both; x has it.
--- - **Errors**: a singular matrix; where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@return dgraph.Tensor
function Tensor:solve(b) end

--- The lower triangular l with l l' = x of a symmetric positive definite x, of which the lower
--- triangle alone is read.
--- - **Shapes**: x: ... x n x n; y: the same.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: a matrix that is not positive definite; where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:cholesky() end

--- Eigenvalues, ascending, and eigenvectors, as columns, of a symmetric matrix, of which the
--- lower triangle alone is read. The gradient of vectors wants eigenvalues that differ.
--- - **Shapes**: x: ... x n x n; w: ... x n; v: ... x n x n.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@return dgraph.Tensor w
---@return dgraph.Tensor v
function Tensor:eigh() end

--- x = u diag(s) vh; singular values fall. Of m x n with k = min(m, n), u is m x m and vh n x n,
--- or without `full_matrices` m x k and k x n, which a gradient of vectors wants where x is not
--- square.
--- - **Shapes**: x: ... x m x n; u: ... x m x m, s: ... x k, vh: ... x n x n, or as the text says.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param full_matrices? boolean  true by default
---@return dgraph.Tensor u
---@return dgraph.Tensor s
---@return dgraph.Tensor vh
function Tensor:svd(full_matrices) end

--- x = q r, where q has orthonormal columns and r is upper triangular. Of m x n with k = min(m,
--- n), q is m x k and r k x n.
--- - **Shapes**: x: ... x m x n; q: ... x m x k, r: ... x k x n with k = min(m, n).
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@return dgraph.Tensor q
---@return dgraph.Tensor r
function Tensor:qr() end

--- Moore-Penrose inverses. Singular values count as 0 that are not above `rcond` times the
--- largest; by default the larger of the sizes times the distance from 1 to the next number.
--- - **Shapes**: x: ... x m x n; y: ... x n x m.
--- - **Dtypes**: floats; the results have x's.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param rcond? any
---@return dgraph.Tensor
function Tensor:pinv(rcond) end

--- The x for which a x - b has the smallest sum of squares, and of several the smallest: pinv(a)
--- b. b is a matrix or one vector; `rcond` as for pinv.
--- - **Shapes**: a: ... x m x n; b: ... x m x k or m; x: ... x n x k or n.
--- - **Dtypes**: floats, one for both; x has it.
--- - **Errors**: where there is no OpenBLAS with LAPACK.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@param rcond? any
---@return dgraph.Tensor
function Tensor:lstsq(b, rcond) end

--- The cross entropy of softmax(x) and the labels t, which count from 1. x: batch x classes or
--- batch x classes x ..., t: batch x ..., or probabilities in x's shape. Labels `ignore_label` do
--- not count. The mean over the labels that count (`normalize`) or over all; reduce "no" gives
--- one number for each. With probabilities `soft_target_loss` may be "kl-divergence".
--- `cache_score` and `enable_double_backprop` are Chainer's and change nothing: all of it can be
--- differentiated twice.
--- - **Shapes**: x: batch x classes or batch x classes x ...; t: x's without the classes, or x's; class_weight: classes; y: one number, or x's without the classes with reduce "no".
--- - **Dtypes**: x, class_weight: floats, one for both; t: int32, int64 or uint8 for labels, x's for probabilities; y has x's.
--- - **Errors**: labels that are neither 1 to the number of classes nor ignore_label; unknown `reduce` or soft_target_loss.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param normalize? boolean  true by default
---@param cache_score? boolean  true by default
---@param class_weight? dgraph.Tensor
---@param ignore_label? integer  -1 by default
---@param reduce? string  "mean" by default
---@param enable_double_backprop? any
---@param soft_target_loss? string  "cross-entropy" by default
---@return dgraph.Tensor
function Tensor:softmax_cross_entropy(t, normalize, cache_score, class_weight, ignore_label, reduce, enable_double_backprop, soft_target_loss) end

--- The cross entropy of sigmoid(x) and targets of x's shape: 0 or 1, where -1 counts for nothing,
--- or probabilities. Divided by how many count (`normalize`) or by the size of the first axis.
--- - **Shapes**: x, t: one shape, any; y: one number, or x's shape with reduce "no".
--- - **Dtypes**: x: floats; t: integers, bool, or x's; y has x's.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param normalize? boolean  true by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function Tensor:sigmoid_cross_entropy(t, normalize, reduce) end

--- The mean of (x0 - x1)^2 over all elements; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: one number.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:mean_squared_error(x1) end

--- The mean of |x0 - x1| over all elements; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: one number.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:mean_absolute_error(x1) end

--- |x0 - x1|, elementwise; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:absolute_error(x1) end

--- (x0 - x1)^2, elementwise; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x1 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:squared_error(x1) end

--- (x1 - x2)^2, elementwise; both of one shape.
--- - **Shapes**: x0, x1: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:squared_difference(x2) end

--- The loss of P. Huber: a^2 / 2 where |a| <= delta, a = x - t, else delta (|a| - delta / 2).
--- Both have one shape of two axes or more; the sum over the second axis, or with reduce "no"
--- each.
--- - **Shapes**: x, t: one shape, batch x classes x ...; y: without the second axis, or the same with reduce "no".
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: a delta that is not above 0; a `reduce` that it does not know.
--- - **Source**: Chainer; Huber, "Robust estimation of a location parameter", 1964.
---@param t dgraph.Tensor
---@param delta number
---@param reduce? string  "sum_along_second_axis" by default
---@return dgraph.Tensor
function Tensor:huber_loss(t, delta, reduce) end

--- The loss of support vector machines: the sum of max(0, 1 - s x) over classes and rows, squared
--- where norm is "L2", divided by the rows; s is 1 at a row's label and -1 elsewhere. x: batch x
--- classes, t: batch, labels from 1. reduce "no" gives each term, in x's shape.
--- - **Shapes**: x: batch x classes; t: batch; y: one number, or as x with reduce "no".
--- - **Dtypes**: x: floats; t: int32, int64 or uint8; y has x's.
--- - **Errors**: labels that are not 1 to the number of classes; unknown `norm` or `reduce`.
--- - **Source**: Chainer.
---@param t dgraph.Tensor
---@param norm? string  "L1" by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function Tensor:hinge(t, norm, reduce) end

--- For pairs of rows with the distance d: d^2 / 2 where y is 1, they belong together, and max(0,
--- margin - d)^2 / 2 where y is 0. x0, x1: batch x size, y: batch, integers. reduce "no" gives
--- one number for each pair.
--- - **Shapes**: x0, x1: batch x size; y: batch; the result: one number, or batch with reduce "no".
--- - **Dtypes**: x0, x1: floats, one for both; y: any; the result has x0's.
--- - **Errors**: a margin that is not above 0; a `reduce` that it does not know.
--- - **Source**: Chainer; Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant mapping", 2006.
---@param x1 dgraph.Tensor
---@param y dgraph.Tensor
---@param margin? number  1 by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function Tensor:contrastive(x1, y, margin, reduce) end

--- max(0, |anchor - positive|^2 - |anchor - negative|^2 + margin) for rows; all batch x size.
--- reduce "no" gives one number for each row.
--- - **Shapes**: batch x size; y: one number, or batch with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a margin that is not above 0; a `reduce` that it does not know.
--- - **Source**: Chainer; Schroff, Kalenichenko, Philbin, "FaceNet", arXiv:1503.03832.
---@param positive dgraph.Tensor
---@param negative dgraph.Tensor
---@param margin? number  0.2 by default
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function Tensor:triplet(positive, negative, margin, reduce) end

--- The divergence of normal distributions from the standard one: (mean^2 + v - ln v - 1) / 2 with
--- ln v given; both of one shape. The sum, the "mean", or with reduce "no" each.
--- - **Shapes**: all of one shape, any; y: one number, or the same with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer; Kingma and Welling, arXiv:1312.6114, appendix B.
---@param ln_var dgraph.Tensor
---@param reduce? string  "sum" by default
---@return dgraph.Tensor
function Tensor:gaussian_kl_divergence(ln_var, reduce) end

--- The negative logarithm of the density of x under normal distributions: (ln v + ln 2 pi +
--- (x - mean)^2 / v) / 2 with ln v given; all of one shape. The sum, the "mean", or with reduce
--- "no" each.
--- - **Shapes**: all of one shape, any; y: one number, or the same with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer.
---@param mean dgraph.Tensor
---@param ln_var dgraph.Tensor
---@param reduce? string  "sum" by default
---@return dgraph.Tensor
function Tensor:gaussian_nll(mean, ln_var, reduce) end

--- The negative logarithm of the probability of x, 0 or 1, where the logits of 1 are y:
--- softplus(y) - x y; both of one shape. The sum, the "mean", or with reduce "no" each.
--- - **Shapes**: all of one shape, any; y: one number, or the same with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param reduce? string  "sum" by default
---@return dgraph.Tensor
function Tensor:bernoulli_nll(y, reduce) end

--- Half the sum of the squares of all covariances of a column of y with one of z, over the rows:
--- what keeps two parts of a code from telling the same. reduce "no" gives the covariances.
--- - **Shapes**: y: batch x n; z: batch x m; the result: one number, or n x m with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer; Cheung et al., arXiv:1412.6583.
---@param z dgraph.Tensor
---@param reduce? string  "half_squared_sum" by default
---@return dgraph.Tensor
function Tensor:cross_covariance(z, reduce) end

--- DeCov: half the sum of the squares of the covariances of each column of h with the others,
--- over the rows, so that units learn different things. reduce "no" gives the covariances, with 0
--- on the diagonal.
--- - **Shapes**: h: batch x n; y: one number, or n x n with reduce "no".
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: a `reduce` that it does not know.
--- - **Source**: Chainer; Cogswell et al., arXiv:1511.06068.
---@param reduce? string  "half_squared_sum" by default
---@return dgraph.Tensor
function Tensor:decov(reduce) end

--- BlackOut: -ln p(t) - the sum of ln(1 - p(s)) over the samples s of a row, where p is the
--- softmax of x w over the rows w of W that the label t and the samples name. The mean over the
--- rows; reduce "no" gives one number for each.
--- - **Shapes**: x: batch x size; t: batch; W: labels x size; samples: batch x any number; the loss: one number, or batch with reduce "no".
--- - **Dtypes**: x, W: floats, one for both; t, samples: int32, int64 or uint8; the loss has x's.
--- - **Errors**: labels and samples that are not 1 to the rows of W; a `reduce` that it does not know.
--- - **Source**: Chainer; Ji et al., arXiv:1511.06909.
---@param t dgraph.Tensor
---@param W dgraph.Tensor
---@param samples dgraph.Tensor
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function Tensor:black_out(t, W, samples, reduce) end

--- Three losses that have the pixels of an instance near to each other, and instances apart.
--- Each image has as many instances as embeddings have elements, `max_embedding_dim`: the labels
--- from 1 to that, as in Chainer; pixels with other labels, 0 as a rule, count for nothing. With
--- d the distance by the `norm`, m the mean of an instance in an image (0 where there is none),
--- they are `alpha` times the mean over the instances of the mean over their pixels of max(0,
--- d(m, x) - delta_v)^2; `beta` times the mean over pairs and images of max(0, 2 delta_d -
--- d(m, m'))^2; and `gamma` times the mean over instances and images of the norm of m, where the
--- norm 2 takes the root over all images at once, as Chainer does.
--- - **Shapes**: embeddings: batch x size x height x width; labels: batch x height x width; each result: one number.
--- - **Dtypes**: embeddings: floats; labels: int32, int64 or uint8; the results have the first one's.
--- - **Errors**: a max_embedding_dim that is not the size, or is 0; a norm other than 1 and 2.
--- - **Source**: Chainer; De Brabandere et al., arXiv:1708.02551.
---@param labels dgraph.Tensor
---@param delta_v number
---@param delta_d number
---@param max_embedding_dim integer
---@param norm? number  1 by default
---@param alpha? number  1 by default
---@param beta? number  1 by default
---@param gamma? number  0.001 by default
---@return dgraph.Tensor variance
---@return dgraph.Tensor distance
---@return dgraph.Tensor regularization
function Tensor:discriminative_margin_based_clustering_loss(labels, delta_v, delta_d, max_embedding_dim, norm, alpha, beta, gamma) end

--- a < b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:lt(b) end

--- a <= b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:le(b) end

--- a > b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:gt(b) end

--- a >= b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:ge(b) end

--- a == b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:eq(b) end

--- a != b as bools, broadcast; a and b of one dtype.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: any, one for both; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:ne(b) end

--- a / b, broadcast; both of one float dtype (integers have floordiv).
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:div(b) end

--- a^b, elementwise, broadcast; both of one float dtype. Where a <= 0 the gradient to b is 0.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:pow(b) end

--- a - b floor(a / b), elementwise, broadcast: Lua's %. Both of one dtype, any but bool; integers
--- refuse a divisor of 0.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:mod(b) end

--- floor(a / b), elementwise, broadcast; both of one dtype, any but bool. Integers refuse a divisor
--- of 0. The gradient is 0.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers, one for both; y has it.
--- - **Errors**: a divisor of 0 for integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:floordiv(b) end

--- a - b, broadcast; both of one dtype, any but bool. Integers wrap around.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:sub(b) end

--- a b, elementwise, broadcast; both of one dtype, any but bool. Integers wrap around.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:mul(b) end

--- The greater of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
--- they are equal the gradient goes to a, as in Chainer.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:maximum(b) end

--- The lesser of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
--- they are equal the gradient goes to a, as in Chainer.
--- - **Shapes**: a, b: broadcast; either may be a number; y: their common shape.
--- - **Dtypes**: numbers, one for both; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: NumPy.
---@param b dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:minimum(b) end

--- The sum of two or more, broadcast.
--- - **Shapes**: broadcast; any but all of them may be numbers; y: their common shape.
--- - **Dtypes**: numbers, one for all; y has it.
--- - **Errors**: a number that is not whole with a tensor of integers.
--- - **Source**: Chainer.
---@param b dgraph.Tensor|number
---@param ... dgraph.Tensor|number
---@return dgraph.Tensor
function Tensor:add(b, ...) end

--- -x, elementwise; any dtype but bool. Integers wrap around.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:neg() end

--- |x|, elementwise; any dtype but bool. The gradient at 0 is 0; the least integer is its own.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:absolute() end

--- |x|, elementwise; any dtype but bool. The gradient at 0 is 0; the least integer is its own.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:abs() end

--- -1, 0 or 1, elementwise; any dtype but bool. NaN stays NaN; the gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:sign() end

--- x x, elementwise; any dtype but bool. Integers wrap around.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: numbers; y has x's. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:square() end

--- The square root, elementwise; floats. NaN for negative numbers.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:sqrt() end

--- 1 / sqrt(x), elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:rsqrt() end

--- e^x, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:exp() end

--- e^x - 1, elementwise, exact near 0 too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:expm1() end

--- The natural logarithm, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:log() end

--- The natural logarithm of 1 + x, elementwise, exact near 0 too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:log1p() end

--- The logarithm to base 2, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:log2() end

--- The logarithm to base 10, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:log10() end

--- The sine, elementwise; floats, in radians.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:sin() end

--- The cosine, elementwise; floats, in radians.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:cos() end

--- The tangent, elementwise; floats, in radians.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:tan() end

--- The angle in [-pi / 2, pi / 2] whose sine is x, elementwise; floats. NaN beyond [-1, 1].
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:arcsin() end

--- The angle in [0, pi] whose cosine is x, elementwise; floats. NaN beyond [-1, 1].
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:arccos() end

--- The angle in [-pi / 2, pi / 2] whose tangent is x, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:arctan() end

--- The angle of the point with ordinate x1 and abscissa x2, from -pi to pi; broadcast.
--- - **Shapes**: x1, x2: broadcast; y: their common shape.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:arctan2(x2) end

--- The hyperbolic sine, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:sinh() end

--- The hyperbolic cosine, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:cosh() end

--- The hyperbolic tangent, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:tanh() end

--- What sinh undoes, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:arcsinh() end

--- The number from 0 on that cosh makes x, elementwise; floats. NaN below 1.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:arccosh() end

--- What tanh undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:arctanh() end

--- The greatest whole number not above x, elementwise; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:floor() end

--- The least whole number not below x, elementwise; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:ceil() end

--- The nearest whole number, elementwise, the even one of two as near; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:round() end

--- The whole part: the nearest whole number towards 0, elementwise; floats. The gradient is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:fix() end

--- The rest of x over divisor, broadcast, with the sign of x; `%` gives it the divisor's.
--- - **Shapes**: x, divisor: broadcast; y: their common shape.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param divisor dgraph.Tensor
---@return dgraph.Tensor
function Tensor:fmod(divisor) end

--- x limited to [min, max], elementwise; floats. NaN stays NaN.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an x_min that is above x_max.
--- - **Source**: NumPy.
---@param x_min number
---@param x_max number
---@return dgraph.Tensor
function Tensor:clip(x_min, x_max) end

--- x y, where the axes of y are those of x from `axis` on, or the first of these.
--- - **Shapes**: x: any; y: the sizes of x's axes from `axis` on, or of the first of these; the result: as x.
--- - **Dtypes**: numbers, one for both; the result has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:scale(y, axis) end

--- x + y, where the axes of y are those of x from `axis` on, or the first of these. Any dtype but
--- bool.
--- - **Shapes**: x: any; y: the sizes of x's axes from `axis` on, or of the first of these; the result: as x.
--- - **Dtypes**: numbers, one for both; the result has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param y dgraph.Tensor
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:bias(y, axis) end

--- p x + (1 - p) y, elementwise; all of one shape.
--- - **Shapes**: all of one shape, any; y: the same.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param x dgraph.Tensor
---@param y dgraph.Tensor
---@return dgraph.Tensor
function Tensor:linear_interpolate(x, y) end

--- Which elements are NaN, as bools; any dtype.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:isnan() end

--- Which elements are infinite, as bools; any dtype.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:isinf() end

--- Which elements are neither NaN nor infinite, as bools; any dtype.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:isfinite() end

--- Not x; bool.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: bool; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@return dgraph.Tensor
function Tensor:logical_not() end

--- a and b, broadcast; bools.
--- - **Shapes**: x1, x2: broadcast; y: their common shape.
--- - **Dtypes**: bool; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:logical_and(x2) end

--- a or b, broadcast; bools.
--- - **Shapes**: x1, x2: broadcast; y: their common shape.
--- - **Dtypes**: bool; y has it.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param x2 dgraph.Tensor
---@return dgraph.Tensor
function Tensor:logical_or(x2) end

--- The sum of x over `count` axes (0: all of them); with keepdims they stay as size 1. Small integers
--- and bools are summed as int64.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has x's, int64 for integers and bools.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:sum(axis, keepdims) end

--- Sums x to a shape that broadcasts to its own: what broadcast_to undoes, and its gradient.
--- - **Shapes**: x: any; y: `shape`.
--- - **Dtypes**: any; y has x's, int64 for integers and bools.
--- - **Errors**: a shape that does not broadcast to x's.
--- - **Source**: Chainer.
---@param shape integer|integer[]
---@return dgraph.Tensor
function Tensor:sum_to(shape) end

--- The mean of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; NaN
--- where there is nothing.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:mean(axis, keepdims) end

--- The largest element of x over `count` axes (0: all of them); with keepdims they stay as size 1.
--- Any dtype; NaN wins. The gradient goes to every element that is equal to the result.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:max(axis, keepdims) end

--- The smallest element, as dg_max.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has x's.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:min(axis, keepdims) end

--- Positions, which count from 1; over several axes in row-major order.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has int64.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:argmax(axis, keepdims) end

--- Where the smallest element is, as dg_argmax.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has int64.
--- - **Errors**: an axis without elements.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:argmin(axis, keepdims) end

--- Whether an element of x over `count` axes (0: all of them) is true, or not 0, as bools; with
--- keepdims the axes stay as size 1. Any dtype; NaN is not 0. False where there is nothing.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:any(axis, keepdims) end

--- Whether all elements of x over `count` axes (0: all of them) are true, or not 0, as dg_any. True
--- where there is nothing.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: any; y has bool.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:all(axis, keepdims) end

--- The product of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; 1
--- where there is nothing. The gradient is right beside zeros too.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:prod(axis, keepdims) end

--- The sum of (x - mean)^2 over n - correction, where n elements go. The correction is PyTorch's;
--- NumPy and Chainer divide by n: give 0 for that.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param axis? integer|integer[]
---@param correction? number  1 by default
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:var(axis, correction, keepdims) end

--- The square root of the variance, with the same options.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param axis? integer|integer[]
---@param correction? number  1 by default
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:std(axis, correction, keepdims) end

--- The sum of squares of each place of the first axis.
--- - **Shapes**: x: batch x ...; y: batch.
--- - **Dtypes**: numbers; y has x's, int64 for integers.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@return dgraph.Tensor
function Tensor:batch_l2_norm_squared() end

--- The mean, or with weights of x's shape, or of the axis's size, the weighted mean.
--- - **Shapes**: x: any; weights: x's shape, or a vector along the one axis; y: x's without these axes, or with size 1 with keepdims.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: weights that do not broadcast to x.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param weights? dgraph.Tensor
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:average(axis, weights, keepdims) end

--- The logarithm of the sum of exp(x), without overflow.
--- - **Shapes**: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer|integer[]
---@param keepdims? boolean  false by default
---@return dgraph.Tensor
function Tensor:logsumexp(axis, keepdims) end

--- Sums up to each place of an axis.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats, int32, int64; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer  1 by default
---@return dgraph.Tensor
function Tensor:cumsum(axis) end

--- Products up to each place of an axis.
--- - **Shapes**: x: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: NumPy, as Chainer has it.
---@param axis? integer  1 by default
---@return dgraph.Tensor
function Tensor:cumprod(axis) end

--- The largest elements up to each place of an axis, and their positions there, which count from
--- 1: of equals the last one.
--- - **Shapes**: x: one axis or more; the results: the same.
--- - **Dtypes**: any; values have x's, positions int64.
--- - **Errors**: none.
--- - **Source**: PyTorch.
---@param axis? integer  1 by default
---@return dgraph.Tensor values
---@return dgraph.Tensor positions
function Tensor:cummax(axis) end

--- The matrix product of the last two axes, the others broadcast; a vector is a row on the left,
--- a column on the right.
--- - **Shapes**: a: ... x m x k or k; b: ... x k x n or k; y: ... x m x n, without m or n for vectors.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@param transa? boolean  false by default
---@param transb? boolean  false by default
---@return dgraph.Tensor
function Tensor:matmul(b, transa, transb) end

--- Sets each element to 0 with probability `ratio` and divides the others by 1 - ratio, while
--- `dg.config.train` is true; x itself otherwise, and where the ratio is 0.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a ratio that is not in [0, 1).
--- - **Source**: Chainer; Srivastava et al., "Dropout", 2014.
---@param ratio? number  0.5 by default
---@return dgraph.Tensor
function Tensor:dropout(ratio) end

--- y = x W' + b, where each weight is dropped with probability `ratio` and the others are
--- divided by 1 - ratio, while both `train` and `dg.config.train` are true; none otherwise. Each
--- sample loses others, unless `use_batchwise_mask` is false. A `mask`, whose elements are 1
--- where a weight stays, takes the place of what is drawn; it holds outside of training too.
--- - **Shapes**: x: batch x in, where in may be several axes; W: out x in; b: out or nil; mask: out x in, or batch x out x in; y: batch x out.
--- - **Dtypes**: floats, one for x, W and b; mask: any; y has x's.
--- - **Errors**: a ratio that is not in [0, 1).
--- - **Source**: Chainer; Wan et al., "Regularization of neural networks using DropConnect", 2013.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param ratio? number  0.5 by default
---@param train? boolean  true by default
---@param mask? dgraph.Tensor
---@param use_batchwise_mask? boolean  true by default
---@return dgraph.Tensor
function Tensor:simplified_dropconnect(W, b, ratio, train, mask, use_batchwise_mask) end

--- A sample of a choice that can be differentiated: softmax((log_pi + g) / tau) along an axis,
--- the second by default, with g from Gumbel's distribution. The smaller tau, the nearer to 0 and
--- 1.
--- - **Shapes**: log_pi: one axis or more; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a tau that is not above 0.
--- - **Source**: Chainer; Jang et al., arXiv:1611.01144.
---@param tau? number  0.1 by default
---@param axis? integer  2 by default
---@return dgraph.Tensor
function Tensor:gumbel_softmax(tau, axis) end

--- Keeps each element of h with probability `ratio` where x would take its place, while
--- `dg.config.train` is true; x otherwise.
--- - **Shapes**: h, x: one shape, any; y: the same.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: a ratio that is not in [0, 1].
--- - **Source**: Chainer; Krueger et al., arXiv:1606.01305.
---@param x dgraph.Tensor
---@param ratio? number  0.5 by default
---@return dgraph.Tensor
function Tensor:zoneout(x, ratio) end

--- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over `axis`: by
--- default the first axis and all behind those of gamma. gamma and beta have x's shape without
--- these axes; nil stands for 1 and 0. `running_mean` and `running_var`, of that shape too,
--- become decay times themselves plus 1 - decay times those of x, in place, where the variance
--- of m numbers counts m / (m - 1) times.
--- - **Shapes**: x: batch x channels x ... for the default axes; gamma, beta, the averages: x's shape without the axes; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: one of running_mean and running_var without the other.
--- - **Source**: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param eps? number  2e-5 by default
---@param running_mean? dgraph.Tensor
---@param running_var? dgraph.Tensor
---@param decay? number  0.9 by default
---@param axis? integer|integer[]
---@return dgraph.Tensor
function Tensor:batch_normalization(gamma, beta, eps, running_mean, running_var, decay, axis) end

--- The same with mean and variance that are given, as those that batch_normalization kept.
--- - **Shapes**: x: batch x channels x ... for the default axes; gamma, beta, mean, var: x's shape without the axes; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param mean dgraph.Tensor
---@param var dgraph.Tensor
---@param eps? number  2e-5 by default
---@param axis? integer|integer[]
---@return dgraph.Tensor
function Tensor:fixed_batch_normalization(gamma, beta, mean, var, eps, axis) end

--- Normalization over the batch that stays near what the averages would give: (xn r + d) gamma +
--- beta, where xn is (x - mean) / sigma with sigma = sqrt(var + eps), both of x over the first
--- axis and all behind those of gamma. With sigma' = sqrt(running_var + eps), r is sigma /
--- sigma', limited to [1 / rmax, rmax], and d is (mean - running_mean) / sigma', limited to
--- [-dmax, dmax]; both count as constants in the gradients. gamma and beta may be nil: 1 and 0.
--- The averages, which are needed, change only with `update_statistics`, as batch_normalization
--- changes them.
--- - **Shapes**: x: batch x channels x ...; gamma, beta, the averages: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: no running_mean or running_var; an rmax below 1 or a dmax below 0.
--- - **Source**: Chainer; Ioffe, arXiv:1702.03275.
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param rmax number
---@param dmax number
---@param eps? number  2e-5 by default
---@param running_mean? dgraph.Tensor
---@param running_var? dgraph.Tensor
---@param decay? number  0.9 by default
---@param update_statistics? boolean  false by default
---@return dgraph.Tensor
function Tensor:batch_renormalization(gamma, beta, rmax, dmax, eps, running_mean, running_var, decay, update_statistics) end

--- The same as `fixed_batch_normalization` for the first axis and all behind those of mean: in
--- use nothing is left to correct.
--- - **Shapes**: x: batch x channels x ...; gamma, beta, mean, var: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ioffe, arXiv:1702.03275.
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param mean dgraph.Tensor
---@param var dgraph.Tensor
---@param eps? number  2e-5 by default
---@return dgraph.Tensor
function Tensor:fixed_batch_renormalization(gamma, beta, mean, var, eps) end

--- Makes channels uncorrelated, with mean 0 and variance 1 over the batch: P (x - mean), where P
--- is the inverse square root of the covariances of the channels plus eps on their diagonal (ZCA
--- whitening). The channels fall into groups, which are whitened each by itself. `running_mean`
--- and `running_projection` become decay times themselves plus 1 - decay times the mean and P, in
--- place, where the P of m places counts m / (m - 1) times; either may be nil. Second derivatives
--- want covariances whose eigenvalues differ.
--- - **Shapes**: x: batch x channels x ...; running_mean: groups x channels of a group; running_projection: groups x channels of a group x as many; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that do not fall into so many groups; where there is no OpenBLAS with LAPACK.
--- - **Source**: Chainer; Huang et al., arXiv:1804.08450.
---@param groups? integer  16 by default
---@param eps? number  2e-5 by default
---@param running_mean? dgraph.Tensor
---@param running_projection? dgraph.Tensor
---@param decay? number  0.9 by default
---@return dgraph.Tensor
function Tensor:decorrelated_batch_normalization(groups, eps, running_mean, running_projection, decay) end

--- projection (x - mean) for each group of channels, with averages as
--- `decorrelated_batch_normalization` keeps them.
--- - **Shapes**: x: batch x channels x ...; mean: groups x channels of a group; projection: groups x channels of a group x as many; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that do not fall into so many groups.
--- - **Source**: Chainer; Huang et al., arXiv:1804.08450.
---@param mean dgraph.Tensor
---@param projection dgraph.Tensor
---@param groups? integer  16 by default
---@return dgraph.Tensor
function Tensor:fixed_decorrelated_batch_normalization(mean, projection, groups) end

--- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance over the last axes
--- of x, as many as gamma has. gamma and beta have the shape of these axes.
--- - **Shapes**: x: ... x units for gamma and beta of that size; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Ba, Kiros, Hinton, arXiv:1607.06450.
---@param gamma dgraph.Tensor
---@param beta? dgraph.Tensor
---@param eps? number  1e-5 by default
---@return dgraph.Tensor
function Tensor:layer_normalization(gamma, beta, eps) end

--- The same, with the mean and the variance of each of `groups` groups of channels in a sample.
--- gamma and beta have one number for each channel; nil stands for 1 and 0.
--- - **Shapes**: x: batch x channels x ...; gamma, beta: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: channels that do not fall into so many groups.
--- - **Source**: Chainer; Wu and He, arXiv:1803.08494.
---@param groups integer
---@param gamma? dgraph.Tensor
---@param beta? dgraph.Tensor
---@param eps? number  1e-5 by default
---@return dgraph.Tensor
function Tensor:group_normalization(groups, gamma, beta, eps) end

--- The same, with the mean and the variance of each channel in a sample: PyTorch's function,
--- without its running averages.
--- - **Shapes**: x: batch x channels x ...; weight, bias: channels; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch; Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022.
---@param weight? dgraph.Tensor
---@param bias? dgraph.Tensor
---@param eps? number  1e-5 by default
---@return dgraph.Tensor
function Tensor:instance_norm(weight, bias, eps) end

--- x / sqrt(mean of x^2 + eps) weight, over the last axes of x, whose sizes are
--- `normalized_shape`. By default eps is the distance from 1 to the next number of x's dtype.
--- - **Shapes**: x: ... x normalized_shape; weight: normalized_shape; y: as x.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch; Zhang and Sennrich, arXiv:1910.07467.
---@param normalized_shape integer|integer[]
---@param weight? dgraph.Tensor
---@param eps? number  -1 by default
---@return dgraph.Tensor
function Tensor:rms_norm(normalized_shape, weight, eps) end

--- x / (length + eps), where length is the root of the sum of x^2 along an axis or several.
--- - **Shapes**: x: two axes or more where no axis is named; y: the same.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer.
---@param eps? number  1e-5 by default
---@param axis? integer|integer[]  2 by default
---@return dgraph.Tensor
function Tensor:normalize(eps, axis) end

--- x / (k + alpha s)^beta, where s is the sum of x^2 over a channel and its neighbours: n / 2 of
--- them on each side, rounded down.
--- - **Shapes**: x: batch x channels x ...; y: the same.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: an n below 1.
--- - **Source**: Chainer; Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012.
---@param n? integer  5 by default
---@param k? number  2 by default
---@param alpha? number  1e-4 by default
---@param beta? number  0.75 by default
---@return dgraph.Tensor
function Tensor:local_response_normalization(n, k, alpha, beta) end

--- g v / length of v, for each place along `axis`: a weight as its direction v and its length g,
--- which has v's shape with size 1 along all other axes.
--- - **Shapes**: v: one axis or more; g: as v, but 1 along all axes but this one; y: as v.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: none.
--- - **Source**: PyTorch; Salimans and Kingma, arXiv:1602.07868.
---@param g dgraph.Tensor
---@param axis? integer  1 by default
---@return dgraph.Tensor
function Tensor:weight_norm(g, axis) end

--- The greatest element of each window of ksize; windows are `stride` apart, ksize where that is
--- nil. x: batch x channels x h x w; y: batch x channels x h' x w' with h' = (h + 2 pad - ksize)
--- / stride + 1, rounded up with `cover_all`, else down. With `return_indices` also where in x's
--- planes the maxima are: int32, counted row by row from 1; 0 for a window without elements of x,
--- whose maximum is minus infinity. The gradient goes to the first of equals. Floats.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x h' x w'.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:max_pooling_2d(ksize, stride, pad, cover_all, return_indices) end

--- max_pooling_2d along one axis. x: batch x channels x length.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x length'.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:max_pooling_1d(ksize, stride, pad, cover_all, return_indices) end

--- max_pooling_2d along three axes. x: batch x channels x depth x height x width.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:max_pooling_3d(ksize, stride, pad, cover_all, return_indices) end

--- max_pooling_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x channels x as many.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: windows or strides below 1; pads below 0; a window that does not fit.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param cover_all? boolean  true by default
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:max_pooling_nd(ksize, stride, pad, cover_all, return_indices) end

--- The mean of each window of ksize; windows are `stride` apart, ksize where that is nil. What
--- lies outside of x counts as 0, or not at all with `pad_value` false (Chainer's None). Sizes as
--- with max_pooling_2d without cover_all. Floats.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function Tensor:average_pooling_2d(ksize, stride, pad, pad_value) end

--- average_pooling_2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x length'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function Tensor:average_pooling_1d(ksize, stride, pad, pad_value) end

--- average_pooling_2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function Tensor:average_pooling_3d(ksize, stride, pad, pad_value) end

--- average_pooling_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x channels x as many.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; a pad_value that is neither 0 nor false.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param pad_value? integer  0 by default
---@return dgraph.Tensor
function Tensor:average_pooling_nd(ksize, stride, pad, pad_value) end

--- Each element copied over a window of ksize; windows are `stride` apart, ksize where that is
--- nil, and add up where they overlap. A size h becomes `outsize`, or stride (h - 1) + ksize - 2
--- pad, less stride - 1 with `cover_all`. Floats.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function Tensor:unpooling_2d(ksize, stride, pad, outsize, cover_all) end

--- unpooling_2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x length'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function Tensor:unpooling_1d(ksize, stride, pad, outsize, cover_all) end

--- unpooling_2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x d' x h' x w'.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function Tensor:unpooling_3d(ksize, stride, pad, outsize, cover_all) end

--- unpooling_2d along the axes that x has behind batch and channels, one to four.
--- - **Shapes**: x: batch x channels x one to four axes; y: batch x channels x as many.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: as max_pooling_2d; an outsize of which such a pooling does not make x's size.
--- - **Source**: Chainer.
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function Tensor:unpooling_nd(ksize, stride, pad, outsize, cover_all) end

--- What undoes a max pooling: zeros, with the elements of x at the places that its indices say,
--- as max_pooling_2d returns them. The other arguments are that pooling's; outsize as in
--- unpooling_2d.
--- - **Shapes**: x, indexes: batch x channels x h x w; y: batch x channels x outsize.
--- - **Dtypes**: x: floats; indexes: int32, int64 or uint8; y has x's.
--- - **Errors**: as the others of this family; positions outside of the planes.
--- - **Source**: Chainer.
---@param indexes dgraph.Tensor
---@param ksize integer|integer[]
---@param stride? integer|integer[]
---@param pad? integer|integer[]  0 by default
---@param outsize? integer|integer[]
---@param cover_all? boolean  true by default
---@return dgraph.Tensor
function Tensor:upsampling_2d(indexes, ksize, stride, pad, outsize, cover_all) end

--- The means of output_size windows, as even as they can be: place o of n on an axis of size s
--- reaches from floor(o s / n) to below ceil((o + 1) s / n), counted from 0. x: batch x channels
--- x h x w.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@return dgraph.Tensor
function Tensor:adaptive_avg_pool2d(output_size) end

--- adaptive_avg_pool2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@return dgraph.Tensor
function Tensor:adaptive_avg_pool1d(output_size) end

--- adaptive_avg_pool2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@return dgraph.Tensor
function Tensor:adaptive_avg_pool3d(output_size) end

--- The greatest elements of the windows of adaptive_avg_pool2d; with `return_indices` also their
--- places, as max_pooling_2d gives them.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:adaptive_max_pool2d(output_size, return_indices) end

--- adaptive_max_pool2d along one axis.
--- - **Shapes**: x: batch x channels x length; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:adaptive_max_pool1d(output_size, return_indices) end

--- adaptive_max_pool2d along three axes.
--- - **Shapes**: x: batch x channels x d x h x w; y: batch x channels x output_size.
--- - **Dtypes**: floats; y has x's, the indices int32.
--- - **Errors**: an output_size below 1.
--- - **Source**: PyTorch.
---@param output_size integer|integer[]
---@param return_indices? boolean  false by default
---@return dgraph.Tensor
---@return dgraph.Tensor? indices
function Tensor:adaptive_max_pool3d(output_size, return_indices) end

--- Max poolings to 1, 4, 16 ... windows, `pyramid_height` of them, joined: batch x (channels (1 +
--- 4 + ...)) x 1 x 1, whatever the size of x.
--- - **Shapes**: x: batch x channels x h x w; y: batch x channels (1 + 4 + ...) x 1 x 1.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: another pooling than "max"; another number of axes than 4; a pyramid_height below 1.
--- - **Source**: Chainer; He et al., arXiv:1406.4729.
---@param pyramid_height integer
---@param pooling? "max"
---@return dgraph.Tensor
function Tensor:spatial_pyramid_pooling_2d(pyramid_height, pooling) end

--- The sum of a's products with b over the last `axes` axes of a and the first of b, or over the
--- axes that two lists (or numbers) name.
--- - **Shapes**: a, b: any with equal sizes along the axes summed over; y: the other axes of a, then those of b.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: other than two lists of equal length; axes given twice.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@param axes? integer|integer[][]
---@return dgraph.Tensor
function Tensor:tensordot(b, axes) end

--- The products of the matrices at each place of the first axis; B x N are B columns.
--- - **Shapes**: a: batch x m x k; b: batch x k x n, or batch x n for vectors; y: batch x m x n.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: operands of less than two axes.
--- - **Source**: Chainer.
---@param b dgraph.Tensor
---@param transa? boolean  false by default
---@param transb? boolean  false by default
---@return dgraph.Tensor
function Tensor:batch_matmul(b, transa, transb) end

--- The product as NumPy's dot: over the last axis of a and the last but one of b (the only one of
--- a vector); with a tensor without axes, of each element.
--- - **Shapes**: a: ... x k; b: ... x k x n or k; y: the other axes of a, then those of b.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@return dgraph.Tensor
function Tensor:dot(b) end

--- The sum of the products of all elements, whatever the shapes are.
--- - **Shapes**: a, b: any, of as many elements; y: one number.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@return dgraph.Tensor
function Tensor:vdot(b) end

--- The product of each element of a (rows) with each of b (columns).
--- - **Shapes**: a, b: any; y: size of a x size of b.
--- - **Dtypes**: numbers, one for both; y has it. Integers wrap around.
--- - **Errors**: none.
--- - **Source**: NumPy.
---@param b dgraph.Tensor
---@return dgraph.Tensor
function Tensor:outer(b) end

--- y[l] = e1' W[..][..][l] e2 for each row of e1 and e2: batch x J, batch x K; W: J x K x L. With
--- the linear terms e1 V1 + e2 V2 + b where V1 (J x L), V2 (K x L) and b (L) are given, all or
--- none.
--- - **Shapes**: e1: batch x J; e2: batch x K (axes behind the batch count as one); W: J x K x L; y: batch x L.
--- - **Dtypes**: numbers, one for all; y has it.
--- - **Errors**: some of V1, V2 and b without the others.
--- - **Source**: Chainer.
---@param e2 dgraph.Tensor
---@param W dgraph.Tensor
---@param V1? dgraph.Tensor
---@param V2? dgraph.Tensor
---@param b? dgraph.Tensor
---@return dgraph.Tensor
function Tensor:bilinear(e2, W, V1, V2, b) end

--- One step of an LSTM: c = sigmoid(f) c_prev + sigmoid(i) tanh(a), h = sigmoid(o) tanh(c).
--- c_prev: batch x units, x: batch x 4 units, the gates a, i, f, o of the first unit, then those
--- of the second ...; axes behind these two are the same. Where x has fewer rows than c_prev, the
--- others stay as they are in c, and h has as many as x.
--- - **Shapes**: c_prev: batch x units (x ...); x: batch x 4 units (x ...), with as many rows or fewer; c: as c_prev; h: as many rows as x.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: none.
--- - **Source**: Chainer; Graves, "Supervised sequence labelling with recurrent neural networks", 2012.
---@param x dgraph.Tensor
---@return dgraph.Tensor c
---@return dgraph.Tensor h
function Tensor:lstm(x) end

--- One step of an LSTM with two states and inputs, as for two children of a tree:
--- c = sigmoid(f1) c_prev1 + sigmoid(f2) c_prev2 + sigmoid(i1) tanh(a1) + sigmoid(i2) tanh(a2),
--- h = sigmoid(o1 + o2) tanh(c). Shapes and gates as in `lstm`.
--- - **Shapes**: c_prev1, c_prev2: batch x units (x ...); x1, x2: batch x 4 units (x ...); c, h: as c_prev1.
--- - **Dtypes**: floats, one for all; the results have it.
--- - **Errors**: states or inputs that differ in shape.
--- - **Source**: Chainer; Bowman et al., arXiv:1603.06021.
---@param c_prev2 dgraph.Tensor
---@param x1 dgraph.Tensor
---@param x2 dgraph.Tensor
---@return dgraph.Tensor c
---@return dgraph.Tensor h
function Tensor:slstm(c_prev2, x1, x2) end

--- softmax(scale q k' + mask) v over the keys. query: ... x queries x depth, key: ... x keys x
--- depth, value: ... x keys x width, leading axes broadcast. attn_mask spreads over ... x queries
--- x keys: bools, true where a query sees a key, or numbers to be added. `is_causal`: no query
--- sees keys of higher positions. A query that sees none gets 0. Each weight is dropped with
--- probability dropout_p, whether `dg.config.train` is true or not, as in PyTorch. scale: 1 /
--- sqrt(depth) by default. Memory does not grow with queries times keys.
--- - **Shapes**: query: ... x queries x depth; key: ... x keys x depth; value: ... x keys x width; y: ... x queries x width.
--- - **Dtypes**: floats, one for all; the mask: bool or that; y has it.
--- - **Errors**: a dropout_p that is not in [0, 1); is_causal with a mask.
--- - **Source**: PyTorch; Vaswani et al., arXiv:1706.03762; in blocks as Dao et al., arXiv:2205.14135.
---@param key dgraph.Tensor
---@param value dgraph.Tensor
---@param attn_mask? dgraph.Tensor
---@param dropout_p? number  0 by default
---@param is_causal? boolean  false by default
---@param scale? number
---@return dgraph.Tensor
function Tensor:scaled_dot_product_attention(key, value, attn_mask, dropout_p, is_causal, scale) end

--- The largest elements of regions of images. Each roi is (y_min, x_min, y_max, x_max), times
--- `spatial_scale` distances from the first element, and lies in the image that roi_indices says,
--- which count from 1. It is rounded to whole elements, at least one (halves to the even number),
--- and divided into outsize bins, which share the elements at their borders. A bin that lies
--- outside of the image gives 0. The gradient goes to x.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; Girshick, arXiv:1504.08083.
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@return dgraph.Tensor
function Tensor:roi_max_pooling_2d(rois, roi_indices, outsize, spatial_scale) end

--- The means of the elements that roi_max_pooling_2d compares. What is not a finite number
--- reaches all regions of its image.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; Girshick, arXiv:1504.08083.
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@return dgraph.Tensor
function Tensor:roi_average_pooling_2d(rois, roi_indices, outsize, spatial_scale) end

--- roi_max_pooling_2d as it was first: a roi is (image, x_min, y_min, x_max, y_max), the image
--- counts from 1, and the elements at x_max and y_max belong to it.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 5; y: regions x channels x outh x outw.
--- - **Dtypes**: x: floats; rois: numbers; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; Girshick, arXiv:1504.08083.
---@param rois dgraph.Tensor
---@param outh integer
---@param outw integer
---@param spatial_scale number
---@return dgraph.Tensor
function Tensor:roi_pooling_2d(rois, outh, outw, spatial_scale) end

--- The means of samples in bins of regions, told as for roi_max_pooling_2d but not rounded. A bin
--- has `sampling_ratio` samples along each axis, or when it is nil as many as it is long, rounded
--- up; each is mixed of the four elements around. Samples more than an element outside of the
--- image count as 0. What is not a finite number reaches all regions of its image.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a sampling_ratio that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; He et al., arXiv:1703.06870.
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@param sampling_ratio? integer|integer[]
---@return dgraph.Tensor
function Tensor:roi_average_align_2d(rois, roi_indices, outsize, spatial_scale, sampling_ratio) end

--- The largest of the samples that roi_average_align_2d takes; those more than an element outside
--- of the image do not count, and a bin that has no others gives 0.
--- - **Shapes**: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x channels x outsize.
--- - **Dtypes**: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
--- - **Errors**: an outsize below 1; a spatial_scale that is not above 0; a sampling_ratio that is not above 0; a region that is not within 2^31 elements; an image that x does not have.
--- - **Source**: Chainer; He et al., arXiv:1703.06870.
---@param rois dgraph.Tensor
---@param roi_indices dgraph.Tensor
---@param outsize integer|integer[]  height and width
---@param spatial_scale number
---@param sampling_ratio? integer|integer[]
---@return dgraph.Tensor
function Tensor:roi_max_align_2d(rois, roi_indices, outsize, spatial_scale, sampling_ratio) end

--- The loss of a linear chain conditional random field: minus the logarithm of the probability of
--- the labels ys. cost: labels x labels, what it scores to go from one to the next; xs: a list of
--- steps, each batch x labels, whose batches may shrink (the longest sequences come first); ys: a
--- list of as many steps, each batch, labels from 1. The mean over the sequences; reduce "no"
--- gives one number for each.
--- - **Shapes**: cost: labels x labels; xs: steps of batch x labels, no step larger than the one before; ys: steps of batch; y: one number, or as many as sequences with reduce "no".
--- - **Dtypes**: cost, xs: floats, one for all; ys: int32, int64 or uint8; y has that of cost.
--- - **Errors**: labels that are not 1 to their number; no steps, or not as many of labels as of scores; a `reduce` that it does not know.
--- - **Source**: Chainer; Lafferty, McCallum, Pereira, "Conditional random fields", 2001.
---@param xs dgraph.Tensor[]
---@param ys dgraph.Tensor[]
---@param reduce? string  "mean" by default
---@return dgraph.Tensor
function Tensor:crf1d(xs, ys, reduce) end

--- Where spatial_transformer_sampler looks for each element of an image of output_shape: the
--- places of a regular grid times the matrix `theta`, [x'; y'] = theta [x; y; 1]. Both grids go
--- from -1 to 1 along each axis; a single row or column lies at -1.
--- - **Shapes**: theta: batch x 2 x 3; y: batch x 2 x output_shape, first x, which goes along the width, then y.
--- - **Dtypes**: floats; y has theta's.
--- - **Errors**: sizes below 1.
--- - **Source**: Chainer; Jaderberg et al., arXiv:1506.02025.
---@param output_shape integer|integer[]  height and width
---@return dgraph.Tensor
function Tensor:spatial_transformer_grid(output_shape) end

--- The image at other places, mixed of the four elements around each; outside of it are zeros.
--- The centres of the corners are at -1 and 1. Differentiable in both.
--- - **Shapes**: x: batch x channels x h x w; grid: batch x 2 x h' x w', first the place along the width; y: batch x channels x h' x w'.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: Chainer; Jaderberg et al., arXiv:1506.02025.
---@param grid dgraph.Tensor
---@return dgraph.Tensor
function Tensor:spatial_transformer_sampler(grid) end

--- The channels in as many groups as a window of ksize has elements, each moved by its element's
--- distance from the middle, times `dilate`; zeros come in. The last group, which has all
--- channels that are left over, stays where it is.
--- - **Shapes**: x: batch x channels x h x w; y: as x.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: a ksize that is not odd; a dilation of 0; fewer channels than groups.
--- - **Source**: Chainer; Wu et al., arXiv:1711.08141.
---@param ksize? integer|integer[]
---@param dilate? integer|integer[]  below 0: the other way
---@return dgraph.Tensor
function Tensor:shift(ksize, dilate) end

--- A convolution whose filters differ from place to place: y[n, o, p] = b[o, p] + the sum of x[n,
--- c, p stride + i] W[p, o, c, i] over c and i. There are as many places as W has.
--- - **Shapes**: x: batch x channels x h x w; W: h' x w' x out x channels x kh x kw; b: out x h' x w' or nil; y: batch x out x h' x w'.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: strides below 1; an x that is too small for so many places; no places.
--- - **Source**: Chainer.
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@return dgraph.Tensor
function Tensor:local_convolution_2d(W, b, stride) end

--- A convolution whose filters look elsewhere: element i of the filter at place p sees x at p
--- stride + i - pad + offset[p, i], mixed of the four elements around, with zeros around x. The
--- first kh kw channels of the offset tell how far to the right, the others how far down, in
--- elements; there are as many places as it has. Differentiable in all four.
--- - **Shapes**: x: batch x channels x h x w; offset: batch x 2 kh kw x h' x w'; W: out x channels x kh x kw; b: out or nil; y: batch x out x h' x w'.
--- - **Dtypes**: floats, one for all; y has it.
--- - **Errors**: strides below 1; pads below 0.
--- - **Source**: Chainer; Dai et al., arXiv:1703.06211.
---@param offset dgraph.Tensor
---@param W dgraph.Tensor
---@param b? dgraph.Tensor
---@param stride? integer|integer[]  1 by default
---@param pad? integer|integer[]  0 by default
---@return dgraph.Tensor
function Tensor:deformable_convolution_2d_sampler(offset, W, b, stride, pad) end

--- log |gamma(x)|, elementwise; floats. Infinite at 0 and the negative whole numbers.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:lgamma() end

--- The derivative of lgamma, elementwise; floats. Infinite at 0, NaN at negative whole numbers.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:digamma() end

--- Hurwitz's zeta, the sum of (q + k)^-x over k = 0, 1, 2 ..., elementwise, broadcast; floats of one
--- dtype. Only q has a gradient, as in Chainer. Infinite for x = 1, NaN below, and NaN for a
--- negative q with an x that is not whole.
--- - **Shapes**: x, q: broadcast; y: their common shape.
--- - **Dtypes**: floats, one for both; y has it.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@param q dgraph.Tensor
---@return dgraph.Tensor
function Tensor:zeta(q) end

--- The error function, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:erf() end

--- 1 - erf(x), elementwise, exact for large x too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:erfc() end

--- exp(x^2) erfc(x), elementwise, without underflow; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:erfcx() end

--- What erf undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:erfinv() end

--- What erfc undoes, elementwise; floats. Infinite at 0 and 2, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:erfcinv() end

--- The probability that a normal number is below x, elementwise; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:ndtr() end

--- The number that a normal number is below with probability x, elementwise; floats. Infinite at 0
--- and 1, NaN beyond.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:ndtri() end

--- The logarithm of ndtr, elementwise, exact far below 0 too; floats.
--- - **Shapes**: x: any; y: the same.
--- - **Dtypes**: floats; y has x's.
--- - **Errors**: none.
--- - **Source**: SciPy, as Chainer has it.
---@return dgraph.Tensor
function Tensor:log_ndtr() end

--- Calls `f(g)` in each backward when the gradient g of x is complete. What f returns takes its
--- place, unless that is nil.
---@param f fun(g: dgraph.Tensor): dgraph.Tensor?
---@return dgraph.Hook hook  `hook:remove()`
function Tensor:register_hook(f) end

--- Gives a parameter its shape, and its first elements by its initializer.
---@param shape integer|integer[]
function Tensor:initialize(shape) end

--- Has a tensor outlive the scopes that are open.
---@return dgraph.Tensor x
function Tensor:keep() end

--- Gives a tensor's memory back now. Its handles must not be used any more.
function Tensor:release() end

--- The only element.
---@return number|boolean
function Tensor:item() end

--- All elements as nested tables; a number for a tensor without axes.
---@return table|number|boolean
function Tensor:totable() end

--- The address of the elements, row-major: `float *`, `int64_t *` ... It is good while x lives, so
--- ask once: each call looks through all floats for odd NaN bits.
--- Call `x:touch()` after writing through it where a graph may have used x before. Floats that
--- others wrote there must not be read through it: odd NaN bits confuse LuaJIT.
---@return ffi.cdata* pointer
function Tensor:pointer() end

--- Notes that elements were overwritten through a pointer.
function Tensor:touch() end

--- The elements as a string of bytes, row-major, in this machine's byte order.
---@return string
function Tensor:tostring() end

--- x on a device, or in a dtype; x itself where it is that already. Gradients flow back.
---@param target dgraph.Device|dgraph.Dtype
---@return dgraph.Tensor
function Tensor:to(target) end

--- x on the host.
---@return dgraph.Tensor
function Tensor:to_cpu() end

--- x on a card.
---@param number? integer  which, from 0: the first by default
---@return dgraph.Tensor
function Tensor:to_gpu(number) end

--- Forgets the gradient.
function Tensor:cleargrad() end

--- The rows of a gradient that is kept as some rows of a matrix, that of `F.embed_id`: their
--- numbers, counted from 1, each once, and a matrix of their elements. nil for other gradients.
---@return dgraph.Tensor? numbers  n, int64
---@return dgraph.Tensor? elements  n x columns
function Tensor:grad_rows() end

--- Adds another tensor's gradient to x's own.
---@param other dgraph.Tensor
function Tensor:addgrad(other) end

--- Overwrites the elements with those of another tensor of the same shape, or of a nested table.
---@param from dgraph.Tensor|table|number
---@return dgraph.Tensor x
function Tensor:copydata(from) end

--- Sets all elements to a number.
---@param value number
---@return dgraph.Tensor x
function Tensor:fill(value) end

--- The same elements without the graph: a leaf that requires no gradient.
---@return dgraph.Tensor
function Tensor:detach() end

--- The size of an axis; the same as `x.shape[axis]`, without a table.
---@param axis integer
---@return integer
function Tensor:dim(axis) end

--- Has backward keep the gradient of a result that is no leaf.
---@return dgraph.Tensor x
function Tensor:retain_grad() end

--- Cuts x from what made it: backward ends here.
function Tensor:unchain() end

--- Cuts all that x was computed from: truncated backpropagation through time.
function Tensor:unchain_backward() end

--- Whether a tensor can still be used: not released, its scope still open.
---@return boolean
function Tensor:is_alive() end

--- What one wants to know of a tensor at a debugger: name, device, shape, mean and spread of its
--- elements and of its gradient.
---@return string
function Tensor:debug_print() end

--- `debug_print` on one line.
---@return string
function Tensor:summary() end
