local svg_plot = require "dgraph.utils.svg_plot"

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

describe("svg_plot", function()
  it("draws each series, with title, labels and legend", function()
    local svg = svg_plot.render {
      title = "Loss < 1 & falling", xlabel = "epoch", ylabel = "loss",
      series = {
        { name = "train", y = { 3, 2, 1 } },
        { name = "test", x = { 1, 3 }, y = { 3, 2 } },
      },
    }
    assert.equal(2, count(svg, "<polyline"))
    assert.equal(5, count(svg, "<circle"))
    assert.matches("Loss &lt; 1 &amp; falling", svg, 1, true)
    for _, word in ipairs { "epoch", "loss", "train", "test", "prefers%-color%-scheme: dark" } do
      assert.matches(word, svg)
    end
  end)

  it("breaks the line where a point is not finite", function()
    local svg = svg_plot.render { series = { { y = { 1, 2, 0 / 0, 3, 1 / 0, 2, 1 } } } }
    assert.equal(2, count(svg, "<polyline"))
    assert.is_nil(svg:find("nan") or svg:find("inf"))
  end)

  it("puts round numbers on the axes, whole ones for epochs", function()
    local svg = svg_plot.render { series = { { y = { 0.91, 0.95, 0.99 } } } }
    for _, label in ipairs { ">0.90<", ">0.92<", ">1.00<", ">1<", ">2<", ">3<" } do
      assert.matches(label, svg, 1, true)
    end
    assert.is_nil(svg:find(">1.5<", 1, true))
  end)

  it("writes large and small numbers short", function()
    local svg = svg_plot.render { series = { { y = { 1e6, 5e6 } } } }
    assert.matches(">3e6<", svg, 1, true)
    svg = svg_plot.render { series = { { y = { 1e-5, -2e-5 } } } }
    assert.matches(">-1e-5<", svg, 1, true)
  end)

  it("draws a chart without any point, of one point, of a flat line and of huge numbers", function()
    for _, y in ipairs { {}, { 5 }, { 0, 0 }, { -2, -2 }, { 0 / 0 }, { 1e300, -1e300 },
      { 1e-30, 0 } } do
      local svg = svg_plot.render { series = { { y = y } } }
      assert.matches("</svg>", svg)
      assert.is_nil(svg:find('"-?nan') or svg:find('"-?inf'))
    end
  end)

  it("has as many rows of names as they need, in colours of their own", function()
    local series = {}
    for i = 1, 10 do series[i] = { name = "series " .. i, y = { i, i + 1 } } end
    local svg, heights, count_of, colours = svg_plot.render { series = series }, {}, 0, {}
    for x, y in svg:gmatch '<text x="(%d+)" y="(%d+)">series' do
      assert.is_true(tonumber(x) + 60 < 720)
      if not heights[y] then heights[y], count_of = true, count_of + 1 end
    end
    assert.equal(2, count_of)
    for number, colour in svg:gmatch "%.s(%d+) { stroke: (#%x+) } %.d%d+ { fill: #%x+ }\n" do
      assert.is_nil(colours[colour], number)
      colours[colour] = number
    end
    assert.is_truthy(next(colours))
  end)

  it("refuses x and y of different lengths", function()
    assert.has_error(function() svg_plot.render { series = { { x = { 1 }, y = { 1, 2 } } } } end,
      "svg_plot: series 1 has 1 x and 2 y")
  end)
end)
