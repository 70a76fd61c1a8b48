// Draws the dashboard's charts. Every `[data-chart]` holds its numbers as JSON, the same ones that the table beside it
// shows; without this script the table stands alone. Colours come from the style sheet, so that both themes fit.
//
// @ts-check

/**
 * @typedef {object} Chart
 * @property {"ms" | "usd" | "score" | "count"} unit of every value
 * @property {number[]} times seconds since 1970, ascending
 * @property {{ name: string, values: (number | null)[] }[]} series a value for each time; `null` where there is none
 * @property {number | null} limit a threshold, drawn as a dashed line
 * @property {string} limit_name what the line is
 * @property {boolean} bars whether values are sums of a span of time rather than a course
 */

const HEIGHT = 220;
/** Room for the widest label of the axis, such as `12.345 ms`. */
const AXIS_WIDTH = 64;
const language = document.documentElement.lang;

/** uPlot's global, from `vendor/uplot`. */
const uPlot = /** @type {any} */ (window).uPlot;

/**
 * A number with its unit, as the rest of the page writes it.
 *
 * @param {number | null | undefined} value
 * @param {Chart["unit"]} unit
 */
function shown(value, unit) {
  if (value === null || value === undefined) return "–";
  const write = (/** @type {number} */ number, /** @type {number} */ digits) =>
    number.toLocaleString(language, { maximumFractionDigits: digits });
  switch (unit) {
    case "ms":
      return value < 1000 ? `${write(value, 0)} ms` : `${write(value / 1000, 2)} s`;
    case "usd":
      return `${write(value, value !== 0 && value < 0.01 ? 5 : 2)} USD`;
    case "score":
      return write(value, 2);
    default:
      return write(value, 0);
  }
}

/**
 * Numbers along an axis, with as many decimals as their distance needs. Their unit is in the legend.
 *
 * @param {number[]} splits
 * @param {Chart["unit"]} unit
 */
function alongAxis(splits, unit) {
  if (unit === "ms") return splits.map((value) => shown(value, unit));
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0)) || 1;
  // Whole numbers are counted in wholes.
  const digits = unit === "count" ? 0 : Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return splits.map((value) =>
    unit === "count" && !Number.isInteger(value)
      ? ""
      : value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
}

/** The names of months and days that uPlot writes under the axis. */
function dateNames() {
  const names = (/** @type {Intl.DateTimeFormatOptions} */ options, /** @type {Date[]} */ dates) => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    return dates.map((date) => format.format(date));
  };
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 1)));
  // The fourth of January 2026 is a Sunday, where uPlot begins.
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 0, 4 + day)));
  return {
    MMMM: names({ month: "long" }, months),
    MMM: names({ month: "short" }, months),
    WWWW: names({ weekday: "long" }, days),
    WWW: names({ weekday: "short" }, days),
  };
}

/** Dates as this language orders them, at each of uPlot's spacings: year, month, day, hour. */
const AXIS_DATES = [
  [3600 * 24 * 365, "{YYYY}", null, null, null, null, null, null, 1],
  [3600 * 24 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [3600 * 24, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
];

/** @param {Element} element */
function draw(element) {
  /** @type {Chart} */
  const chart = JSON.parse(element.getAttribute("data-chart") ?? "null");
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
  const format = uPlot.fmtDate;
  const names = dateNames();
  const utc = (/** @type {number} */ seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
  const highest = Math.max(0, ...chart.series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  // A line far above all values would press them flat; it is left to the words beside the chart.
  const near = chart.limit !== null && (chart.unit === "score" || chart.limit <= highest * 4) ? chart.limit : null;
  const limit = near === null ? [] : [{ name: chart.limit_name, values: chart.times.map(() => near) }];
  const last = chart.times.length - 1;
  // Half a bar of room on both sides.
  const room = chart.bars ? ((chart.times[last] ?? 0) - (chart.times[0] ?? 0)) / Math.max(last, 1) / 2 || 1800 : 0;
  const series = [...chart.series, ...limit].map(({ name }, place) => {
    const isLimit = place >= chart.series.length;
    const stroke = isLimit ? colour("--bad") : colour(`--line-${place + 1}`);
    return {
      label: name,
      stroke,
      width: isLimit ? 1.5 : 2,
      dash: isLimit ? [6, 5] : undefined,
      points: isLimit || chart.bars ? { show: false } : { size: 5, fill: stroke },
      fill: chart.bars && !isLimit ? `${stroke}66` : undefined,
      paths: chart.bars && !isLimit ? uPlot.paths.bars({ size: [0.7, 48] }) : undefined,
      spanGaps: false,
      value: (/** @type {any} */ _, /** @type {number | null} */ value) => shown(value, chart.unit),
    };
  });
  const top = Math.max(highest, near ?? 0);
  const moment = format("{D} {MMM} {YYYY}, {HH}:{mm}", names);
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      tzDate: utc,
      fmtDate: (/** @type {string} */ template) => format(template, names),
      cursor: { drag: { x: false, y: false } },
      legend: { live: true },
      // Nothing pointed at means the newest.
      hooks: {
        setLegend: [
          (/** @type {any} */ plot) => {
            if (plot.legend.idx === null || plot.legend.idx === undefined) plot.setLegend({ idx: last }, false);
          },
        ],
        ready: [(/** @type {any} */ plot) => plot.setLegend({ idx: last }, false)],
      },
      scales: {
        x: { range: (/** @type {any} */ _, /** @type {number} */ from, /** @type {number} */ to) => [from - room, to + room] },
        y: { range: () => [0, chart.unit === "score" ? 1 : top > 0 ? top * 1.08 : 1] },
      },
      axes: [
        { ...axis, values: AXIS_DATES },
        {
          ...axis,
          size: AXIS_WIDTH,
          values: (/** @type {any} */ _, /** @type {number[]} */ splits) => alongAxis(splits, chart.unit),
        },
      ],
      series: [
        {
          label: "UTC",
          value: (/** @type {any} */ _, /** @type {number | null} */ at) => (at === null ? "–" : moment(utc(at))),
        },
        ...series,
      ],
    },
    [chart.times, ...chart.series.map(({ values }) => values), ...limit.map(({ values }) => values)],
    element,
  );
}

const charts = [...document.querySelectorAll("[data-chart]")];
/** @type {Map<Element, any>} */
const drawn = new Map();

function drawAll() {
  for (const element of charts) {
    drawn.get(element)?.destroy();
    drawn.set(element, draw(element));
  }
}

if (uPlot && charts.length > 0) {
  for (const element of charts) element.removeAttribute("hidden");
  // Where there is a chart, its numbers are a click away.
  for (const numbers of document.querySelectorAll("details.numbers")) numbers.removeAttribute("open");
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new ResizeObserver(() => {
    for (const [element, plot] of drawn) plot.setSize({ width: element.clientWidth, height: HEIGHT });
  }).observe(document.querySelector("main") ?? document.body);
}
