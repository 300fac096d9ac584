--- Learns to balance a pole on a cart by trial: a deep Q-network.
--
-- The cart is pushed to the left or to the right 50 times a second; the pole may lean 12 degrees
-- and the cart roll 2.4 m. An episode is over then, or after 200 steps, each of which is worth 1.
-- Solved is a mean of 195 over 100 episodes.
--
--   luajit examples/dqn_cartpole.lua
--
-- Flags: --episodes 1000 --seed 1 --smoke
-- The cart: A. Barto, R. Sutton, C. Anderson, "Neuronlike adaptive elements that can solve difficult
-- learning control problems", 1983, with the constants of Gym's CartPole-v0. The learning: V. Mnih
-- et al., 2015, and H. van Hasselt et al., "Deep reinforcement learning with double Q-learning".
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links

local flags = require "dgraph.utils.flags"(arg, { episodes = 1000, seed = 1, smoke = false })
if flags.smoke then flags.episodes = 150 end

-- -- The cart ----------------------------------------------------------------------------------

local GRAVITY, CART, POLE, HALF_LENGTH, PUSH, SECONDS = 9.8, 1, 0.1, 0.5, 10, 0.02
local MASS, STEPS = CART + POLE, 200

--- Place, speed, angle and its speed, after a push to the left (1) or to the right (2).
local function move(state, action)
  local x, v, angle, w = unpack(state)
  local sin, cos = math.sin(angle), math.cos(angle)
  local force = (action == 2 and PUSH or -PUSH) + POLE * HALF_LENGTH * w * w * sin
  local turn = (GRAVITY * sin - cos * force / MASS)
    / (HALF_LENGTH * (4 / 3 - POLE * cos * cos / MASS))
  local push = (force - POLE * HALF_LENGTH * turn * cos) / MASS
  return { x + SECONDS * v, v + SECONDS * push, angle + SECONDS * w, w + SECONDS * turn }
end

local function is_over(state) return math.abs(state[1]) > 2.4 or math.abs(state[3]) > math.rad(12) end

-- -- What it remembers: the last moves, in tensors that Lua writes to --------------------------

local CAPACITY = 50000
local states, next_states = dg.zeros(CAPACITY, 4), dg.zeros(CAPACITY, 4)
local actions, goes_on = dg.zeros(CAPACITY, "int32"), dg.zeros(CAPACITY)
local to_states, to_next_states = states:pointer(), next_states:pointer()
local to_actions, to_goes_on = actions:pointer(), goes_on:pointer()
local moves = 0

local function remember(state, action, next_state, over)
  local row = moves % CAPACITY
  for i = 1, 4 do
    to_states[4 * row + i - 1], to_next_states[4 * row + i - 1] = state[i], next_state[i]
  end
  to_actions[row], to_goes_on[row] = action, over and 0 or 1
  moves = moves + 1
end

-- -- What it learns: the worth of each push in a state, the sum of what will come ---------------

local ALPHA, GAMMA, BATCH, COPY_EVERY, WARM_UP = 0.001, 0.99, 64, 500, 500
dg.seed(flags.seed)
local q = dg.Sequential(L.Linear(4, 64), F.tanh, L.Linear(64, 64), F.tanh, L.Linear(64, 2))
local optimizer = dg.optimizers.Adam(ALPHA):setup(q)
local slow = q:copy "copy" -- what is learned from, so that it does not run after itself

--- What q picks in the next state, as `slow` values it.
local function worth_of(next_state)
  return F.select_item(slow(next_state), F.argmax(q(next_state), 2))
end

local function lossfun()
  local rows = dg.random.randint(1, math.min(moves, CAPACITY) + 1, BATCH)
  local worth = dg.no_backprop_mode(worth_of, next_states[rows])
  local value = F.select_item(q(states[rows]), actions[rows])
  return F.mean(F.huber_loss(value, 1 + GAMMA * goes_on[rows] * worth, 1, "no"))
end

local function best_push(state) return F.argmax(q(dg.tensor { state }), 2):item() end

--- One episode; it learns where `curiosity` says how often to try anything.
local function play(curiosity)
  local state = dg.random.uniform(-0.05, 0.05, 4):totable()
  for step = 1, STEPS do
    local tries = curiosity and dg.random.uniform() < curiosity
    local action = tries and dg.random.randint(1, 3) or dg.scope(best_push, state)
    local next_state = move(state, action)
    local over = is_over(next_state)
    if curiosity then
      remember(state, action, next_state, over)
      if moves > WARM_UP then optimizer:update(lossfun) end
      if moves % COPY_EVERY == 0 then slow:copyparams(q) end
    end
    if over then return step end
    state = next_state
  end
  return STEPS
end

-- -- The training ------------------------------------------------------------------------------

local scores, sum, mean = {}, 0, 0
for episode = 1, flags.episodes do
  optimizer.alpha = ALPHA * math.max(0.05, 0.99 ^ episode) -- small steps keep what works
  scores[episode] = play(math.max(0.01, 0.98 ^ episode))
  sum = sum + scores[episode] - (scores[episode - 100] or 0)
  mean = sum / math.min(episode, 100)
  if episode % 20 == 0 then
    print(("episode %4d: mean of the last 100: %5.1f steps"):format(episode, mean))
  end
  if episode >= 100 and mean >= 195 then
    print(("solved after episode %d: mean of the last 100: %.1f steps"):format(episode, mean))
    break
  end
end

sum = 0
for _ = 1, 100 do sum = sum + play() end
print(("100 episodes more: %.1f steps, without trying anything new"):format(sum / 100))
