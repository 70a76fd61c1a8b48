// Draws the dashboard's charts. Every `[data-chart]` holds its numbers as JSON, the same ones that the table beside it
// shows; without this script the table stands alone. Colours come from the style sheet, so that both themes fit.
//
// Above each drawing one line says what is under the pointer, or else what the colours mean. The pointer shows the same
// moment in every chart of the page, and the arrow keys move it.
//
// @ts-check

/**
 * @typedef {object} Chart
 * @property {"ms" | "usd" | "score" | "count"} unit of every value
 * @property {number[]} times seconds since 1970, ascending
 * @property {{ name: string, values: (number | null)[], before: (number | null)[] }[]} series a value for each time, `null`
 *   where there is none; and the values of the period before at the same places, or none at all
 * @property {number | null} limit a threshold, drawn as a dashed line
 * @property {string} limit_name what the line is
 * @property {string} before_name what the values before are called
 * @property {boolean} bars whether values are sums of a span of time rather than a course
 * @property {boolean} hourly whether a point is an hour rather than a day
 */

/** With the line above it as high as `.drawing` in the style sheet. */
const HEIGHT = 190;
/** Room for the widest label of the axis, such as `12.345 ms`. */
const AXIS_WIDTH = 58;
/** More points than this are a line; fewer are dots too. */
const MOST_DOTS = 31;
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
      return `${write(value, value === 0 ? 0 : value < 0.01 ? 5 : value < 1 ? 3 : 2)} USD`;
    case "score":
      return write(value, 2);
    default:
      return write(value, 0);
  }
}

/**
 * Numbers along an axis, with as many decimals as their distance needs. Their unit is in the title.
 *
 * @param {number[]} splits
 * @param {Chart["unit"]} unit
 */
function alongAxis(splits, unit) {
  if (unit === "ms") return splits.map((value) => (value === 0 ? "0" : shown(value, unit)));
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0)) || 1;
  // Whole numbers are counted in wholes.
  const isEnough = (/** @type {number} */ digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6;
  const digits = unit === "count" ? 0 : ([0, 1, 2, 3, 4, 5].find(isEnough) ?? 6);
  return splits.map((value) => {
    if (value === 0) return "0";
    return unit === "count" && !Number.isInteger(value)
      ? ""
      : value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  });
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
  [3600 * 24 * 28, "{MMM}", null, null, null, null, null, null, 1],
  [3600 * 24, "{D} {MMM}", null, null, null, null, null, null, 1],
  [60, "{HH}:{mm}", null, null, null, null, null, null, 1],
];

/**
 * @param {string} className
 * @param {string} name
 * @param {string} [value]
 */
function entry(className, name, value) {
  const item = document.createElement("span");
  if (className) {
    const swatch = document.createElement("i");
    swatch.className = className;
    item.append(swatch);
  }
  item.append(value === undefined ? name : `${name} `);
  if (value !== undefined) {
    const figure = document.createElement("b");
    figure.textContent = value;
    item.append(figure);
  }
  return item;
}

/**
 * What the line above a drawing says: of one place, or of none.
 *
 * @param {Element} line
 * @param {Chart} chart
 * @param {number | null | undefined} at
 * @param {number | null} limit as far as it is drawn
 */
function read(line, chart, at, limit) {
  const isRead = at !== null && at !== undefined;
  const items = chart.series.map(({ name, values }, place) =>
    entry(`is-${place + 1}`, name, isRead ? shown(values[at], chart.unit) : undefined),
  );
  // The one before of the first line alone: more would not be read in one glance.
  const before = chart.series[0]?.before ?? [];
  if (before.length > 0) items.push(entry("is-before", chart.before_name, isRead ? shown(before[at], chart.unit) : undefined));
  if (isRead) {
    const date = new Date((chart.times[at] ?? 0) * 1000);
    const when = date.toLocaleString(language, {
      timeZone: "UTC",
      day: "numeric",
      month: "short",
      ...(chart.hourly ? { hour: "2-digit", minute: "2-digit" } : {}),
    });
    items.unshift(entry("", when));
  } else if (limit !== null) {
    items.push(entry("is-limit", chart.limit_name, shown(limit, chart.unit)));
  }
  line.replaceChildren(...items);
}

/**
 * The values of a chart as uPlot wants them, with how each is to be drawn.
 *
 * @param {Chart} chart
 * @param {(name: string) => string} colour
 * @param {number | null} limit
 */
function layers(chart, colour, limit) {
  // A bar of nothing would be a stray line on the axis.
  const drawn = (/** @type {(number | null)[]} */ values) =>
    chart.bars ? values.map((value) => (value === 0 ? null : value)) : values;
  const bars = (/** @type {number} */ width) => (chart.bars ? uPlot.paths.bars({ size: [width, 56], radius: 0.15 }) : undefined);
  const few = chart.times.length <= MOST_DOTS;
  const past = chart.series.slice(0, 1).filter(({ before }) => before.length > 0);
  return [
    ...past.map(({ before }) => ({
      values: drawn(before),
      look: {
        stroke: colour("--before"),
        fill: chart.bars ? `${colour("--before")}70` : undefined,
        width: chart.bars ? 0 : 1.5,
        paths: bars(0.92),
        points: { show: false },
      },
    })),
    ...chart.series.map(({ values }, place) => {
      const stroke = colour(`--line-${place + 1}`);
      return {
        values: drawn(values),
        look: {
          stroke,
          fill: chart.bars ? stroke : undefined,
          width: chart.bars ? 0 : 2,
          paths: bars(0.55),
          points: { show: few && !chart.bars, size: 5, fill: stroke },
        },
      };
    }),
    ...(limit === null
      ? []
      : [
          {
            values: chart.times.map(() => limit),
            look: { stroke: colour("--bad"), width: 1.25, dash: [4, 4], points: { show: false } },
          },
        ]),
  ];
}

/** @param {Element} element */
function draw(element) {
  /** @type {Chart} */
  const chart = JSON.parse(element.getAttribute("data-chart") ?? "null");
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const font = `11px ${style.getPropertyValue("--sans").trim() || "sans-serif"}`;
  const axis = { stroke: colour("--soft"), font, grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
  const names = dateNames();
  const all = chart.series.flatMap(({ values, before }) => [...values, ...before]);
  const highest = Math.max(0, ...all.map((value) => value ?? 0));
  // A line far above all values would press them flat; it is left to the words beside the chart.
  const near = chart.limit !== null && (chart.unit === "score" || chart.limit <= highest * 4) ? chart.limit : null;
  const last = chart.times.length - 1;
  // Half a bar of room on both sides.
  const room = chart.bars ? ((chart.times[last] ?? 0) - (chart.times[0] ?? 0)) / Math.max(last, 1) / 2 || 1800 : 0;
  const top = Math.max(highest, near ?? 0);
  const parts = layers(chart, colour, near);
  const line = document.createElement("p");
  line.className = "reading";
  line.setAttribute("aria-hidden", "true");
  element.replaceChildren(line);
  read(line, chart, null, near);
  element.classList.toggle("has-limit", near !== null);
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      tzDate: (/** @type {number} */ seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      fmtDate: (/** @type {string} */ template) => uPlot.fmtDate(template, names),
      cursor: { drag: { x: false, y: false }, y: false, sync: { key: "charts" }, points: { size: 8 } },
      legend: { show: false },
      hooks: { setCursor: [(/** @type {any} */ plot) => read(line, chart, plot.cursor.idx, near)] },
      scales: {
        x: { range: (/** @type {any} */ _, /** @type {number} */ from, /** @type {number} */ to) => [from - room, to + room] },
        y: { range: () => [0, chart.unit === "score" ? 1 : top > 0 ? top * 1.08 : 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 58, values: AXIS_DATES },
        {
          ...axis,
          size: AXIS_WIDTH,
          space: 36,
          values: (/** @type {any} */ _, /** @type {number[]} */ splits) => alongAxis(splits, chart.unit),
        },
      ],
      series: [{}, ...parts.map(({ look }) => ({ spanGaps: true, ...look }))],
    },
    [chart.times, ...parts.map(({ values }) => values)],
    element,
  );
}

/**
 * Moves the pointer of a chart by the arrow keys; away from it, or with Escape, it points at nothing.
 *
 * @param {Element} element
 */
function followKeys(element) {
  element.setAttribute("tabindex", "0");
  element.addEventListener("keydown", (event) => {
    const plot = drawn.get(element);
    const { key } = /** @type {KeyboardEvent} */ (event);
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[key];
    if (key === "Escape") plot.setCursor({ left: -10, top: -10 });
    if (steps === undefined) return;
    event.preventDefault();
    const last = plot.data[0].length - 1;
    const from = plot.cursor.idx ?? (steps < 0 ? last + 1 : -1);
    const to = Math.min(last, Math.max(0, from + steps));
    plot.setCursor({ left: plot.valToPos(plot.data[0][to], "x"), top: 10 });
  });
  element.addEventListener("blur", () => drawn.get(element)?.setCursor({ left: -10, top: -10 }));
}

// What was not chosen is left out of the address, so that it can be read and sent.
for (const form of document.querySelectorAll("form[data-lean]")) {
  form.addEventListener("formdata", (event) => {
    const { formData } = /** @type {FormDataEvent} */ (event);
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
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
  drawAll();
  charts.forEach(followKeys);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new ResizeObserver(() => {
    for (const [element, plot] of drawn) plot.setSize({ width: element.clientWidth, height: HEIGHT });
  }).observe(document.querySelector("main") ?? document.body);
}
