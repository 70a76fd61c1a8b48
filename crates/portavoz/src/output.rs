//! Everything portavoz prints: results on the standard output, remarks and errors on the standard error stream.
//!
//! The only place that writes to either (log lines apart). A reader that has gone away (`portavoz ... | head`) comes
//! back as an error of kind `BrokenPipe`, which `main` treats as a quiet end.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use console::Style;
use serde::Serialize;

use crate::cli::ColorChoice;

/// The two streams, and how much may be said on them.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    quiet: bool,
}

impl Output {
    /// Decides on colours for the whole process.
    pub fn new(color: ColorChoice, quiet: bool) -> Self {
        match color {
            // The console crate looks at the terminal and at `NO_COLOR` by itself.
            ColorChoice::Auto => {}
            ColorChoice::Always | ColorChoice::Never => {
                console::set_colors_enabled(color == ColorChoice::Always);
                console::set_colors_enabled_stderr(color == ColorChoice::Always);
            }
        }
        Self { quiet }
    }

    /// A line of the result.
    pub fn line(&self, text: impl Display) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{text}")?;
        stdout.flush()
    }

    /// A piece of the result, shown at once.
    pub fn piece(&self, text: impl Display) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        write!(stdout, "{text}")?;
        stdout.flush()
    }

    /// The result as JSON.
    pub fn json(&self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        self.line(text)
    }

    /// The result as bytes.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// A remark; not said if the user asked for quiet. A remark that nobody can read is no reason to stop.
    pub fn remark(&self, text: impl Display) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// A remark that must be read, such as a token that is shown once: always said.
    pub fn notice(&self, text: impl Display) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// An error, always said.
    pub fn error(&self, text: impl Display) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Asks on the terminal; an empty answer is the default.
    pub fn question(&self, text: &str, default: &str) -> io::Result<String> {
        let mut stderr = io::stderr().lock();
        if default.is_empty() {
            write!(stderr, "{text}: ")?;
        } else {
            write!(stderr, "{text} [{default}]: ")?;
        }
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        let answer = answer.trim();
        Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
    }

    /// True if somebody can be asked.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// True if remarks may be shown and replaced, as progress bars are.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}

/// `1 document`, `2 documents`.
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Less important than what stands around it. For results; [`Style::for_stderr`] makes it fit for remarks.
pub fn dim() -> Style {
    Style::new().dim()
}

/// More important than what stands around it.
pub fn bold() -> Style {
    Style::new().bold()
}
