//! Plots as inline SVG: bars and a line, drawn in the page's own colours so that they follow its theme and print.

use std::fmt::Write;

use super::html::escape;

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

fn opened(title: &str, height: f64) -> String {
    let title = escape(title);
    format!("<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>\n")
}
