//! What can be typed about comparing.

use std::path::PathBuf;

use clap::Args;

/// Compares two ways of answering.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz compare control gpt-4o            two targets of the newest run
  portavoz compare 0199ab:control last:control   the same target before and after
  portavoz compare control gpt-4o --rate 20  say which answer you prefer, not knowing whose it is
  portavoz compare control gpt-4o --judge gpt-4.1 --repeats 3

Cases are paired: each was asked of both. The verdict rests on quality, cases passed and sentences
supported; cost and times are shown and left to you. A judge is a second opinion and never decides.")]
pub struct Compare {
    /// Today's way: TARGET of the newest run, RUN:TARGET, or RUN if it has one target
    #[arg(value_name = "A")]
    pub a: String,
    /// The way that might replace it
    #[arg(value_name = "B")]
    pub b: String,
    /// How many cases to show, the largest losses first
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub worst: usize,
    /// Also ask this model which answers are better
    #[arg(long, value_name = "MODEL")]
    pub judge: Option<String>,
    /// How often the judge is shown each pair in either order
    #[arg(long, value_name = "K", default_value_t = 1, requires = "judge", value_parser = clap::value_parser!(u32).range(1..=10))]
    pub repeats: u32,
    /// Rate up to N pairs yourself first, not knowing whose they are
    #[arg(long, value_name = "N")]
    pub rate: Option<usize>,
    /// File of your ratings [default: ratings.jsonl in the portfolio's folder]
    #[arg(long, value_name = "FILE")]
    pub ratings: Option<PathBuf>,
    /// Agree to what the judge costs
    #[arg(short, long, requires = "judge")]
    pub yes: bool,
    /// Exit with 1 if B is worse
    #[arg(long)]
    pub fail_if_worse: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
