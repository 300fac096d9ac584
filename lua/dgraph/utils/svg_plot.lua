--- Line charts as SVG text, to look at in any browser, in light or dark.

---@class dgraph.Chart
---@field series { name: string?, x: number[]?, y: number[] }[]  x: 1, 2, 3 ... when left out
---@field title string?
---@field xlabel string?
---@field ylabel string?
---@field width integer?  in pixels, 720 by default
---@field height integer?  in pixels, 420 by default

local svg_plot = {}

local TICKS_WIDE, TICKS_HIGH = 8, 6 -- about so many
local MARKERS_UP_TO = 30            -- longer series are lines without dots
local ROW = 20                      -- from one row of the legend to the next, in pixels
local LETTER = 6.7                  -- the width of an average letter of the legend, in pixels

--- Colours that stay apart for colour-blind eyes, for a light and for a dark page.
local COLOURS = {
  { "#2f6fb2", "#6cb0f2" }, { "#d9622b", "#ff9d66" }, { "#2c8f6b", "#5fd0a5" },
  { "#a0458f", "#e08fd0" }, { "#8a6d1b", "#e3c15a" }, { "#5a5f6b", "#b4bac6" },
  { "#c0394b", "#f58a97" }, { "#1b8ba5", "#63cbe0" }, { "#6a51b5", "#ad99f0" },
  { "#6f8f1c", "#bcd75f" },
}

local STYLE = [[
text { font: 13px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #3a3f47 }
.page { fill: #ffffff }
.title { font-size: 17px; font-weight: 600; fill: #16191d }
.tick { font-size: 12px; fill: #6a717c }
.grid { stroke: #e6e8eb; stroke-width: 1 }
.axis { stroke: #9aa1ab; stroke-width: 1 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }]]

local DARK_STYLE = [[
  text { fill: #c6ccd4 }
  .page { fill: #15181c }
  .title { fill: #f0f2f5 }
  .tick { fill: #98a0ab }
  .grid { stroke: #2a2f36 }
  .axis { stroke: #5b636e }]]

local function escape(text)
  return (tostring(text):gsub("[&<>\"]", {
    ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ["\""] = "&quot;",
  }))
end

local function is_finite(v) return v - v == 0 end

--- The smallest and the largest finite number of one coordinate; 0 and 1 when there is none.
local function range_of(series, coordinate)
  local low, high = math.huge, -math.huge
  for _, line in ipairs(series) do
    for i, v in ipairs(line[coordinate]) do
      if is_finite(v) and is_finite(line.x[i]) then
        low, high = math.min(low, v), math.max(high, v)
      end
    end
  end
  if low > high then return 0, 1 end
  if low == high then
    local around = low == 0 and 1 or math.abs(low) / 2
    return low - around, high + around
  end
  return low, high
end

--- Round numbers, about `count` of them, from below `low` to above `high`: the first, the last,
--- and the distance.
local function nice_ticks(low, high, count)
  local rough = (high - low) / count
  local power = 10 ^ math.floor(math.log10(rough))
  local step = 10 * power
  for _, factor in ipairs { 1, 2, 2.5, 5 } do
    if rough <= factor * power * (1 + 1e-9) then
      step = factor * power
      break
    end
  end
  return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step
end

local function tick_label(value, step)
  if math.abs(value) < step / 1000 then return "0" end
  local size = math.max(math.abs(value), step)
  if size >= 1e6 or size < 1e-4 then -- 1e6, not 1e+06
    return (("%.3g"):format(value):gsub("e%+?(%-?)0*(%d)", "e%1%2"))
  end
  local decimals = 0
  while decimals < 8 and math.abs(step * 10 ^ decimals % 1 - 0.5) < 0.5 - 1e-6 do
    decimals = decimals + 1
  end
  return ("%." .. decimals .. "f"):format(value)
end

local function style_sheet(series)
  local light, dark = {}, {}
  for i in ipairs(series) do
    local colour = COLOURS[(i - 1) % #COLOURS + 1]
    light[i] = (".s%d { stroke: %s } .d%d { fill: %s }"):format(i, colour[1], i, colour[1])
    dark[i] = ("  .s%d { stroke: %s } .d%d { fill: %s }"):format(i, colour[2], i, colour[2])
  end
  return ("<style>\n%s\n%s\n@media (prefers-color-scheme: dark) {\n%s\n%s\n}\n</style>"):format(
    STYLE, table.concat(light, "\n"), DARK_STYLE, table.concat(dark, "\n"))
end

--- The points of a series on the page, in runs between those that are not finite.
local function runs_of(line, place)
  local runs, run = {}, nil
  for i, y in ipairs(line.y) do
    local x = line.x[i]
    if is_finite(x) and is_finite(y) then
      if not run then
        run = {}
        runs[#runs + 1] = run
      end
      run[#run + 1] = { place(x, y) }
    else
      run = nil
    end
  end
  return runs
end

local function draw_line(put, line, number, place)
  for _, run in ipairs(runs_of(line, place)) do
    local points = {}
    for i, point in ipairs(run) do points[i] = ("%.1f,%.1f"):format(point[1], point[2]) end
    if #run > 1 then
      put('<polyline class="line s%d" points="%s"/>', number, table.concat(points, " "))
    end
    if #run == 1 or #line.y <= MARKERS_UP_TO then
      for _, point in ipairs(run) do
        put('<circle class="d%d" cx="%.1f" cy="%.1f" r="3"/>', number, point[1], point[2])
      end
    end
  end
end

--- Where the names of the series go, in rows as wide as the chart, and how many rows that takes.
local function legend_of(series, left, right)
  local places, x, row = {}, left, 1
  for i, line in ipairs(series) do
    if line.name then
      local size = 27 + LETTER * #tostring(line.name)
      if x > left and x + size > right then x, row = left, row + 1 end
      places[#places + 1] = { number = i, name = line.name, x = x, row = row }
      x = x + size + 24
    end
  end
  return places, #places > 0 and row or 0
end

local function draw_legend(put, places, top)
  for _, place in ipairs(places) do
    local x, y = place.x, top + ROW * (place.row - 1)
    put('<line class="line s%d" x1="%.0f" y1="%d" x2="%.0f" y2="%d"/>', place.number, x, y - 4,
      x + 20, y - 4)
    put('<text x="%.0f" y="%d">%s</text>', x + 27, y, escape(place.name))
  end
end

--- Whether all x are whole numbers, as epochs are: then the ticks are whole too.
local function is_whole(series)
  for _, line in ipairs(series) do
    for _, x in ipairs(line.x) do
      if is_finite(x) and x % 1 ~= 0 then return false end
    end
  end
  return true
end

--- Fills in positions for x, and copies what has to be changed.
local function prepare(series)
  local lines = {}
  for i, line in ipairs(series) do
    local x = line.x
    if not x then
      x = {}
      for k = 1, #line.y do x[k] = k end
    elseif #x ~= #line.y then
      error(("svg_plot: series %d has %d x and %d y"):format(i, #x, #line.y), 3)
    end
    lines[i] = { name = line.name, x = x, y = line.y }
  end
  return lines
end

--- Draws a line chart. A point that is NaN or infinite is left out, and the line is broken there.
---@param chart dgraph.Chart
---@return string svg
function svg_plot.render(chart)
  local series = prepare(chart.series)
  local width, height = chart.width or 720, chart.height or 420
  local left, right, bottom = 70, width - 26, height - 56
  local legend, rows = legend_of(series, left, right)
  local head = chart.title and 58 or 28 -- the first row of the legend
  local top = head - 2 + ROW * rows
  local x_low, x_high = range_of(series, "x")
  local y_low, y_high = range_of(series, "y")
  local x_count = is_whole(series) and math.min(TICKS_WIDE, x_high - x_low) or TICKS_WIDE
  local x_first, _, x_step = nice_ticks(x_low, x_high, x_count)
  local y_step
  y_low, y_high, y_step = nice_ticks(y_low, y_high, TICKS_HIGH)

  local function place(x, y)
    return left + (x - x_low) / (x_high - x_low) * (right - left),
      bottom - (y - y_low) / (y_high - y_low) * (bottom - top)
  end

  local out = {}
  local function put(format, ...) out[#out + 1] = format:format(...) end

  put('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">',
    width, height, width, height)
  out[#out + 1] = style_sheet(series)
  put('<rect class="page" width="%d" height="%d"/>', width, height)
  if chart.title then
    put('<text class="title" x="%d" y="32">%s</text>', left, escape(chart.title))
  end
  draw_legend(put, legend, head)

  for i = 0, math.floor((y_high - y_low) / y_step + 0.5) do
    local value = y_low + i * y_step
    local _, y = place(x_low, value)
    put('<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>', left, y, right, y)
    put('<text class="tick" x="%d" y="%.1f" text-anchor="end">%s</text>', left - 9, y + 4,
      tick_label(value, y_step))
  end
  put('<line class="axis" x1="%d" y1="%d" x2="%d" y2="%d"/>', left, bottom, right, bottom)
  for i = 0, TICKS_WIDE + 2 do
    local value = x_first + i * x_step
    if value >= x_low - 1e-9 * x_step and value <= x_high + 1e-9 * x_step then
      local x = place(value, y_low)
      put('<line class="axis" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>', x, bottom, x, bottom + 5)
      put('<text class="tick" x="%.1f" y="%d" text-anchor="middle">%s</text>', x, bottom + 20,
        tick_label(value, x_step))
    end
  end
  if chart.xlabel then
    put('<text x="%.0f" y="%d" text-anchor="middle">%s</text>', (left + right) / 2, height - 14,
      escape(chart.xlabel))
  end
  if chart.ylabel then
    local middle = (top + bottom) / 2
    put('<text x="16" y="%.0f" text-anchor="middle" transform="rotate(-90 16 %.0f)">%s</text>',
      middle, middle, escape(chart.ylabel))
  end

  for i, line in ipairs(series) do draw_line(put, line, i, place) end
  out[#out + 1] = "</svg>\n"
  return table.concat(out, "\n")
end

return svg_plot
