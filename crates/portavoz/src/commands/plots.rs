//! Plots as inline SVG: bars and a line, drawn in the page's own colours so that they follow its theme and print.

use std::fmt::Write;

use super::page::escape;

/// Width of a plot, in its own units.
const WIDTH: f64 = 640.0;
/// Height of a bar with its gap.
const ROW: f64 = 28.0;
/// Where bars begin and how long the longest is; what is left shows the figure.
const BARS_FROM: f64 = 150.0;
const LONGEST_BAR: f64 = 320.0;
/// Height of a line plot.
const LINE_HEIGHT: f64 = 160.0;

/// One bar.
pub(super) struct Bar {
    /// On its left.
    pub(super) label: String,
    /// Its length, in any unit that all share; none is shown as an empty row.
    pub(super) value: Option<f64>,
    /// On its right.
    pub(super) figure: String,
    /// True for what the owner has now.
    pub(super) own: bool,
}

/// Horizontal bars, the longest as long as there is room.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
    let height = ROW * bars.len() as f64 + 8.0;
    let mut svg = opened(title, height);
    for (place, bar) in bars.iter().enumerate() {
        let y = ROW * place as f64 + 4.0;
        let length = bar.value.filter(|_| most > 0.0).map_or(0.0, |value| (value / most * LONGEST_BAR).max(1.0));
        let class = if bar.own { "own" } else { "bar" };
        let (middle, right) = (y + 15.0, BARS_FROM + length + 8.0);
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{middle:.0}\" text-anchor=\"end\">{}</text>\
             <rect class=\"{class}\" x=\"{BARS_FROM:.0}\" y=\"{y:.0}\" width=\"{length:.1}\" height=\"20\" rx=\"3\"/>\
             <text class=\"figure\" x=\"{right:.1}\" y=\"{middle:.0}\">{}</text>",
            BARS_FROM - 8.0,
            escape(&bar.label),
            escape(&bar.figure)
        );
    }
    svg + "</svg>\n"
}

/// A line over days, with its highest value and its first and last day.
pub(super) fn line(title: &str, points: &[(String, f64)], unit: impl Fn(f64) -> String) -> String {
    let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let (left, top, bottom) = (60.0, 12.0, LINE_HEIGHT - 24.0);
    let step = (WIDTH - left - 20.0) / (points.len().max(2) - 1) as f64;
    let x = |place: usize| left + step * place as f64;
    let y = |value: f64| if most > 0.0 { bottom - value / most * (bottom - top) } else { bottom };
    let path: Vec<String> =
        points.iter().enumerate().map(|(place, (_, value))| format!("{:.1},{:.1}", x(place), y(*value))).collect();
    let mut svg = opened(title, LINE_HEIGHT);
    let _ = writeln!(
        svg,
        "<line class=\"axis\" x1=\"{left}\" y1=\"{bottom}\" x2=\"{WIDTH}\" y2=\"{bottom}\"/>\
         <polyline class=\"line\" points=\"{}\"/>\
         <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
        path.join(" "),
        left - 8.0,
        top + 6.0,
        escape(&unit(most))
    );
    for (place, anchor) in [(0, "start"), (points.len().saturating_sub(1), "end")] {
        if let Some((label, value)) = points.get(place) {
            let _ = writeln!(
                svg,
                "<circle class=\"own\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/><text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"{anchor}\">{}</text>",
                x(place),
                y(*value),
                x(place),
                LINE_HEIGHT - 6.0,
                escape(label)
            );
        }
        if points.len() < 2 {
            break;
        }
    }
    svg + "</svg>\n"
}

/// A mean with the range around it.
pub(super) struct Ranged {
    /// On its left.
    pub(super) label: String,
    /// 0..=1.
    pub(super) mean: f64,
    /// 0..=1, if it is known.
    pub(super) range: Option<(f64, f64)>,
}

/// Dots on a scale from 0 to 1, each with the range around it as a line.
pub(super) fn ranges(title: &str, rows: &[Ranged]) -> String {
    let height = ROW * rows.len() as f64 + 28.0;
    let x = |share: f64| BARS_FROM + share.clamp(0.0, 1.0) * LONGEST_BAR;
    let mut svg = opened(title, height);
    let bottom = height - 20.0;
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{0:.1}\" y1=\"0\" x2=\"{0:.1}\" y2=\"{bottom:.0}\"/>\
             <text x=\"{0:.1}\" y=\"{1:.0}\" text-anchor=\"middle\">{tick}</text>",
            x(tick),
            height - 6.0
        );
    }
    for (place, row) in rows.iter().enumerate() {
        let middle = ROW * place as f64 + 14.0;
        let (low, high) = row.range.unwrap_or((row.mean, row.mean));
        let figure = match row.range {
            Some((low, high)) => format!("{:.2} [{low:.2}, {high:.2}]", row.mean),
            None => format!("{:.2}", row.mean),
        };
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>\
             <line class=\"line\" x1=\"{:.1}\" y1=\"{middle:.1}\" x2=\"{:.1}\" y2=\"{middle:.1}\"/>\
             <circle class=\"own\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"4\"/>\
             <text x=\"{:.1}\" y=\"{:.0}\">{figure}</text>",
            BARS_FROM - 8.0,
            middle + 4.0,
            escape(&row.label),
            x(low),
            x(high),
            x(row.mean),
            BARS_FROM + LONGEST_BAR + 12.0,
            middle + 4.0
        );
    }
    svg + "</svg>\n"
}

/// How many values of 0..=1 lie in each tenth.
pub(super) fn distribution(title: &str, values: &[f64]) -> String {
    const TENTHS: usize = 10;
    let mut counts = [0_usize; TENTHS];
    for value in values {
        let tenth = ((value.clamp(0.0, 1.0) * TENTHS as f64) as usize).min(TENTHS - 1);
        if let Some(count) = counts.get_mut(tenth) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let (top, bottom, width) = (16.0, 96.0, (WIDTH - 40.0) / TENTHS as f64);
    let mut svg = opened(title, 116.0);
    for (tenth, &count) in counts.iter().enumerate() {
        let height = count as f64 / most * (bottom - top);
        let left = 20.0 + width * tenth as f64;
        let middle = left + width / 2.0;
        if count > 0 {
            let _ = writeln!(
                svg,
                "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" rx=\"2\"/>\
                 <text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{count}</text>",
                left + 2.0,
                bottom - height,
                width - 4.0,
                bottom - height - 4.0
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{middle:.1}\" y=\"112\" text-anchor=\"middle\">{:.1}–{:.1}</text>",
            tenth as f64 / 10.0,
            (tenth + 1) as f64 / 10.0
        );
    }
    let _ =
        writeln!(svg, "<line class=\"axis\" x1=\"20\" y1=\"{bottom}\" x2=\"{:.0}\" y2=\"{bottom}\"/>", WIDTH - 20.0);
    svg + "</svg>\n"
}

/// A point with its name.
pub(super) struct Point {
    /// Beside it.
    pub(super) label: String,
    /// To the right, from 0.
    pub(super) x: f64,
    /// Upwards, 0..=1.
    pub(super) y: f64,
}

/// Named points; below them the largest value to the right, in its unit.
pub(super) fn points(title: &str, points: &[Point], unit: impl Fn(f64) -> String) -> String {
    let most = points.iter().map(|point| point.x).fold(0.0, f64::max);
    let (left, right, top, bottom) = (40.0, WIDTH - 160.0, 12.0, 180.0);
    let x = |value: f64| if most > 0.0 { left + value / most * (right - left) } else { left };
    let y = |value: f64| bottom - value.clamp(0.0, 1.0) * (bottom - top);
    let mut svg = opened(title, 204.0);
    for tick in [0.0, 0.5, 1.0] {
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{left}\" y1=\"{0:.1}\" x2=\"{right}\" y2=\"{0:.1}\"/>\
             <text x=\"{1:.0}\" y=\"{2:.1}\" text-anchor=\"end\">{tick}</text>",
            y(tick),
            left - 6.0,
            y(tick) + 4.0
        );
    }
    for point in points {
        let _ = writeln!(
            svg,
            "<circle class=\"own\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x(point.x),
            y(point.y),
            x(point.x) + 10.0,
            y(point.y) + 4.0,
            escape(&point.label)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"200\">{}</text><text x=\"{right}\" y=\"200\" text-anchor=\"end\">{}</text>",
        escape(&unit(0.0)),
        escape(&unit(most))
    );
    svg + "</svg>\n"
}

fn opened(title: &str, height: f64) -> String {
    let title = escape(title);
    format!("<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>\n")
}
