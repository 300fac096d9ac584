--- Recurrent networks and attention.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

local DEFAULT_SCALE = 0 / 0
local pair = ffi.new "dg_tensor *[2]"

-- Read when one of its functions is first called.
local n_step = setmetatable({}, {
  __index = function(_, name) return require("dgraph.functions.n_step")[name] end,
})

--- The cell alone: state and gates of one batch.
local function lstm_step(c_prev, x)
  native.check(C.dg_lstm(c_prev, x, pair))
  return wrap(pair[0]), wrap(pair[1])
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: cells
  --- Shapes: the states: batch x units; x: batch x 4 units; c, h: batch x units.
  --- Dtypes: floats, one for all; the results have it.
  --- Errors: none.
  --- Source: Chainer.

  --- One step of an LSTM: c = sigmoid(f) c_prev + sigmoid(i) tanh(a), h = sigmoid(o) tanh(c).
  --- c_prev: batch x units, x: batch x 4 units, the gates a, i, f, o of the first unit, then those
  --- of the second ...; axes behind these two are the same. Where x has fewer rows than c_prev, the
  --- others stay as they are in c, and h has as many as x.
  --- Shapes: c_prev: batch x units (x ...); x: batch x 4 units (x ...), with as many rows or fewer;
  --- c: as c_prev; h: as many rows as x.
  --- Source: Chainer; Graves, "Supervised sequence labelling with recurrent neural networks", 2012.
  ---@return dgraph.Tensor c
  ---@return dgraph.Tensor h
  declare("lstm(c_prev, x)", function(c_prev, x)
    local rows, batch = C.dg_dim(c_prev, 0), C.dg_dim(x, 0)
    if batch < 0 or rows <= batch then return lstm_step(c_prev, x) end
    local parts = F.split(c_prev, { batch, rows - batch }, 1)
    local c, h = lstm_step(parts[1], x)
    return F.concat({ c, parts[2] }, 1), h
  end, 2)

  --- The gates of units side by side, as a list.
  local function thin_gates(x)
    local shape = x.shape
    shape[2] = shape[2] / 4
    table.insert(shape, 3, 4)
    return unpack(F.separate(F.reshape(x, shape), 3))
  end

  local function check_slstm(...)
    local shapes, texts = {}, {}
    for i = 1, 4 do
      shapes[i] = (select(i, ...)).shape
      texts[i] = table.concat(shapes[i], "x")
    end
    local wanted = { unpack(shapes[1]) }
    wanted[2] = 4 * (wanted[2] or 0)
    if texts[1] == texts[2] and texts[3] == texts[4] and #shapes[1] >= 2
        and texts[3] == table.concat(wanted, "x") then
      return
    end
    errors.raisef("F.slstm: the states are %s and %s, the inputs %s and %s, wanted batch x units "
      .. "and batch x 4 units", unpack(texts))
  end

  --- One step of an LSTM with two states and inputs, as for two children of a tree:
  --- c = sigmoid(f1) c_prev1 + sigmoid(f2) c_prev2 + sigmoid(i1) tanh(a1) + sigmoid(i2) tanh(a2),
  --- h = sigmoid(o1 + o2) tanh(c). Shapes and gates as in `lstm`.
  --- Shapes: c_prev1, c_prev2: batch x units (x ...); x1, x2: batch x 4 units (x ...); c, h: as
  --- c_prev1.
  --- Errors: states or inputs that differ in shape.
  --- Source: Chainer; Bowman et al., arXiv:1603.06021.
  ---@return dgraph.Tensor c
  ---@return dgraph.Tensor h
  declare("slstm(c_prev1, c_prev2, x1, x2)", function(c_prev1, c_prev2, x1, x2)
    check_slstm(c_prev1, c_prev2, x1, x2)
    local a1, i1, f1, o1 = thin_gates(x1)
    local a2, i2, f2, o2 = thin_gates(x2)
    local c = F.sigmoid(i1) * F.tanh(a1) + F.sigmoid(i2) * F.tanh(a2)
      + F.sigmoid(f1) * c_prev1 + F.sigmoid(f2) * c_prev2
    return c, F.sigmoid(o1 + o2) * F.tanh(c)
  end, 2)

  --- One step of an LSTM on a tree, `tree_lstm(c1, ..., cN, x)`: c = sigmoid(i) tanh(a) +
  --- sigmoid(f1) c1 + ... + sigmoid(fN) cN, h = sigmoid(o) tanh(c). The children's states are batch
  --- x units; x is batch x (3 + N) units, all of a, then i, o, f1 ... fN.
  --- Shapes: c1 ... cN: batch x units; x: batch x (3 + N) units; c, h: batch x units.
  --- Errors: less than two tensors; states that differ in shape.
  --- Source: Chainer; Tai, Socher, Manning, arXiv:1503.00075; gates as in arXiv:1603.06021.
  ---@param ... dgraph.Tensor
  ---@return dgraph.Tensor c
  ---@return dgraph.Tensor h
  function F.tree_lstm(...)
    local inputs = { ... }
    local _, count = check.tensors(inputs, "F.tree_lstm", "inputs")
    if count < 2 then errors.raisef("F.tree_lstm: wanted states and x, got %d tensors", count) end
    local x = inputs[count]
    local gates = F.split(x, count + 2, 2)
    local c = F.sigmoid(gates[2]) * F.tanh(gates[1])
    for i = 1, count - 1 do
      if table.concat(inputs[i].shape, "x") ~= table.concat(c.shape, "x") then
        errors.raisef("F.tree_lstm: state %d has shape %s, wanted %s as x has %s", i,
          table.concat(inputs[i].shape, "x"), table.concat(c.shape, "x"),
          table.concat(x.shape, "x"))
      end
      c = c + F.sigmoid(gates[3 + i]) * inputs[i]
    end
    return c, F.sigmoid(gates[3]) * F.tanh(c)
  end

  --- softmax(scale q k' + mask) v over the keys. query: ... x queries x depth, key: ... x keys x
  --- depth, value: ... x keys x width, leading axes broadcast. attn_mask spreads over ... x queries
  --- x keys: bools, true where a query sees a key, or numbers to be added. `is_causal`: no query
  --- sees keys of higher positions. A query that sees none gets 0. Each weight is dropped with
  --- probability dropout_p, whether `dg.config.train` is true or not, as in PyTorch. scale: 1 /
  --- sqrt(depth) by default. Memory does not grow with queries times keys.
  --- Shapes: query: ... x queries x depth; key: ... x keys x depth; value: ... x keys x width; y:
  --- ... x queries x width.
  --- Dtypes: floats, one for all; the mask: bool or that; y has it.
  --- Errors: a dropout_p that is not in [0, 1); is_causal with a mask.
  --- Source: PyTorch; Vaswani et al., arXiv:1706.03762; in blocks as Dao et al., arXiv:2205.14135.
  declare("scaled_dot_product_attention(query, key, value, attn_mask: tensor?, "
    .. "dropout_p: number = 0, is_causal: boolean = false, scale: number?)",
    function(query, key, value, attn_mask, dropout_p, is_causal, scale)
      return wrap(C.dg_attention(query, key, value, attn_mask, dropout_p, is_causal,
        scale or DEFAULT_SCALE))
    end)

  --- Family: layers over sequences
  --- Shapes: hx: layers x batch x units, twice as many layers in two directions; xs: steps of batch
  --- x in, or one tensor of steps x batch x in; hy: as hx; ys: as xs, with units (twice as many in
  --- two directions) instead of in.
  --- Dtypes: floats, one for all; the results have it.
  --- Errors: n_layers below 1; lists of another length than the layers want; states of another
  --- shape; no steps; a step with more rows than the one before.
  --- Source: Chainer.

  --- Several layers of LSTMs over sequences. hx and cx, where they begin: layers x batch x units.
  --- ws and bs: a list for each layer of eight matrices and biases, those of the input for the
  --- gates i, f, a, o, then those of h. xs: a list of the inputs of each step, batch x in;
  --- sequences of different lengths are sorted, the longest first, so that the batch shrinks from
  --- step to step. Or one tensor, steps x batch x in. Between layers `dropout_ratio` drops out
  --- while training. Returns h and c in the end, shaped like hx, and the last layer's h of each
  --- step, as xs came.
  ---@param ws dgraph.Tensor[][]
  ---@param bs dgraph.Tensor[][]
  ---@param xs dgraph.Tensor[]|dgraph.Tensor
  ---@return dgraph.Tensor hy
  ---@return dgraph.Tensor cy
  ---@return dgraph.Tensor[]|dgraph.Tensor ys
  declare("n_step_lstm(n_layers: integer, dropout_ratio: number, hx, cx, ws: any, bs: any, "
    .. "xs: any)",
    function(n_layers, dropout_ratio, hx, cx, ws, bs, xs)
      return n_step.run(F, "n_step_lstm", "lstm", 1, n_layers, dropout_ratio, hx, cx, ws, bs, xs)
    end, 3)

  --- The same in both directions. Layer l has the lists 2 l - 1 (forward) and 2 l (backward) of ws
  --- and bs, and these places of hx and cx; layers but the first get both directions' h side by
  --- side, and so are ys.
  ---@param ws dgraph.Tensor[][]
  ---@param bs dgraph.Tensor[][]
  ---@param xs dgraph.Tensor[]|dgraph.Tensor
  ---@return dgraph.Tensor hy
  ---@return dgraph.Tensor cy
  ---@return dgraph.Tensor[]|dgraph.Tensor ys
  declare("n_step_bilstm(n_layers: integer, dropout_ratio: number, hx, cx, ws: any, bs: any, "
    .. "xs: any)",
    function(n_layers, dropout_ratio, hx, cx, ws, bs, xs)
      return n_step.run(F, "n_step_bilstm", "lstm", 2, n_layers, dropout_ratio, hx, cx, ws, bs, xs)
    end, 3)

  --- Several layers of GRUs over sequences: r = sigmoid(W1 x + b1 + W4 h + b4),
  --- z = sigmoid(W2 x + b2 + W5 h + b5), h = (1 - z) tanh(W3 x + b3 + r (W6 h + b6)) + z h. Six
  --- matrices and biases for each layer; all else as in `n_step_lstm`.
  --- Source: Chainer; Cho et al., arXiv:1406.1078, in the form of cuDNN.
  ---@param ws dgraph.Tensor[][]
  ---@param bs dgraph.Tensor[][]
  ---@param xs dgraph.Tensor[]|dgraph.Tensor
  ---@return dgraph.Tensor hy
  ---@return dgraph.Tensor[]|dgraph.Tensor ys
  declare("n_step_gru(n_layers: integer, dropout_ratio: number, hx, ws: any, bs: any, xs: any)",
    function(n_layers, dropout_ratio, hx, ws, bs, xs)
      return n_step.run(F, "n_step_gru", "gru", 1, n_layers, dropout_ratio, hx, nil, ws, bs, xs)
    end, 2)

  --- The same in both directions, as `n_step_bilstm`.
  ---@param ws dgraph.Tensor[][]
  ---@param bs dgraph.Tensor[][]
  ---@param xs dgraph.Tensor[]|dgraph.Tensor
  ---@return dgraph.Tensor hy
  ---@return dgraph.Tensor[]|dgraph.Tensor ys
  declare("n_step_bigru(n_layers: integer, dropout_ratio: number, hx, ws: any, bs: any, xs: any)",
    function(n_layers, dropout_ratio, hx, ws, bs, xs)
      return n_step.run(F, "n_step_bigru", "gru", 2, n_layers, dropout_ratio, hx, nil, ws, bs, xs)
    end, 2)

  --- Several layers of plain recurrent units over sequences: h = f(W1 x + b1 + W2 h + b2), where
  --- the activation f is "tanh" or "relu". Two matrices and biases for each layer; all else as in
  --- `n_step_lstm`.
  --- Errors: as n_step_lstm; an activation that is neither "tanh" nor "relu".
  ---@param ws dgraph.Tensor[][]
  ---@param bs dgraph.Tensor[][]
  ---@param xs dgraph.Tensor[]|dgraph.Tensor
  ---@return dgraph.Tensor hy
  ---@return dgraph.Tensor[]|dgraph.Tensor ys
  declare("n_step_rnn(n_layers: integer, dropout_ratio: number, hx, ws: any, bs: any, xs: any, "
    .. "activation: any = 'tanh')",
    function(n_layers, dropout_ratio, hx, ws, bs, xs, activation)
      return n_step.run(F, "n_step_rnn", n_step.activation("n_step_rnn", activation), 1, n_layers,
        dropout_ratio, hx, nil, ws, bs, xs)
    end, 2)

  --- The same in both directions, as `n_step_bilstm`.
  --- Errors: as n_step_rnn.
  ---@param ws dgraph.Tensor[][]
  ---@param bs dgraph.Tensor[][]
  ---@param xs dgraph.Tensor[]|dgraph.Tensor
  ---@return dgraph.Tensor hy
  ---@return dgraph.Tensor[]|dgraph.Tensor ys
  declare("n_step_birnn(n_layers: integer, dropout_ratio: number, hx, ws: any, bs: any, xs: any, "
    .. "activation: any = 'tanh')",
    function(n_layers, dropout_ratio, hx, ws, bs, xs, activation)
      return n_step.run(F, "n_step_birnn", n_step.activation("n_step_birnn", activation), 2,
        n_layers, dropout_ratio, hx, nil, ws, bs, xs)
    end, 2)
end
