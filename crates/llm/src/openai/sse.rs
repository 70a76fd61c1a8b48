//! Server-sent events out of bytes that come in any portions.
//!
//! Our own reader, not a crate's: lines are bounded (a server must not fill our memory), an event at the very end counts
//! even without its blank line (several servers close right after it), blank lines between JSON objects may be missing,
//! and a bare line of JSON counts as an event (gateways report errors so). Otherwise as in the WHATWG HTML standard, section 9.2.

/// A line or event of more bytes than this is no piece of an answer.
const EVENT_BYTES: usize = 1024 * 1024;

/// An event's data; its lines are joined by line feeds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) data: Vec<u8>,
    /// The event's name was `error`.
    pub(crate) named_error: bool,
}

/// A line or event that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Reads events, line by line. Bytes are taken as they are, so half a character waits for its other half.
#[derive(Debug, Default)]
pub(crate) struct SseReader {
    /// Bytes not read yet, from `start` on.
    buffer: Vec<u8>,
    start: usize,
    /// Data lines of the event under way.
    data: Vec<u8>,
    has_data: bool,
    named_error: bool,
    /// The last line ended with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// A byte order mark can no longer come.
    begun: bool,
}

impl SseReader {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        // Room is reclaimed here, once per portion, and not once per line.
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete event, if it is there.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, TooLong> {
        loop {
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            if self.after_return && rest.first() == Some(&b'\n') {
                self.after_return = false;
                self.start += 1;
                continue;
            }
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return if rest.len() > EVENT_BYTES { Err(TooLong) } else { Ok(None) };
            };
            self.after_return = rest.get(length) == Some(&b'\r');
            let line = rest.get(..length).unwrap_or_default().to_vec();
            self.start += length + 1;
            if let Some(event) = self.line(&line)? {
                return Ok(Some(event));
            }
        }
    }

    /// What remains when no more bytes come: the last line, complete or not, and the event it belongs to.
    pub(crate) fn finish(&mut self) -> Option<Event> {
        let line = self.buffer.split_off(self.start.min(self.buffer.len()));
        self.buffer.clear();
        self.start = 0;
        match self.line(&line) {
            Ok(None) => self.take(),
            Ok(event) => event,
            Err(TooLong) => None,
        }
    }

    fn line(&mut self, line: &[u8]) -> Result<Option<Event>, TooLong> {
        let line = match line.strip_prefix(b"\xEF\xBB\xBF") {
            Some(after_mark) if !self.begun => after_mark,
            _ => line,
        };
        self.begun = true;
        if line.is_empty() {
            return Ok(self.take());
        }
        if line.first() == Some(&b'{') {
            return Ok(Some(Event { data: line.to_vec(), named_error: std::mem::take(&mut self.named_error) }));
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default()),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                // Servers that leave out the blank line between events: no JSON object goes on like this.
                let begins = value.first() == Some(&b'{') || value == b"[DONE]";
                if begins && self.data.last() == Some(&b'}') {
                    let event = self.take();
                    self.data.extend_from_slice(value);
                    self.has_data = true;
                    return Ok(event);
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
                self.has_data = true;
                if self.data.len() > EVENT_BYTES {
                    return Err(TooLong);
                }
            }
            b"event" => self.named_error = value == b"error",
            // Comments (an empty field), ids, retry times and whatever is added one day.
            _ => {}
        }
        Ok(None)
    }

    fn take(&mut self) -> Option<Event> {
        let named_error = std::mem::take(&mut self.named_error);
        std::mem::take(&mut self.has_data).then(|| Event { data: std::mem::take(&mut self.data), named_error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(portions: &[&[u8]]) -> Vec<String> {
        let mut reader = SseReader::default();
        let mut read = Vec::new();
        for portion in portions {
            reader.push(portion);
            while let Ok(Some(event)) = reader.next() {
                read.push(event);
            }
        }
        read.extend(reader.finish());
        read.into_iter().map(|event| String::from_utf8_lossy(&event.data).into_owned()).collect()
    }

    #[test]
    fn events_are_read_in_every_notation() {
        for (bytes, expected) in [
            ("data: a\n\ndata: b\n\n", vec!["a", "b"]),
            ("data:a\n\ndata:  b\n\n", vec!["a", " b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec!["a", "b"]),
            ("data: a\r\rdata: b\r\r", vec!["a", "b"]),
            ("\u{feff}data: a\n\n", vec!["a"]),
            (": keep alive\n\ndata: a\n: more\n\n", vec!["a"]),
            ("event: x\nid: 1\nretry: 5\ndata: a\n\n", vec!["a"]),
            ("data: a\ndata: b\n\n", vec!["a\nb"]),
            ("data\n\n", vec![""]),
            ("data: a", vec!["a"]),
            ("data: a\n", vec!["a"]),
            ("{\"error\":1}\n", vec!["{\"error\":1}"]),
            ("data: {}\ndata: {}\ndata: [DONE]\n", vec!["{}", "{}", "[DONE]"]),
            ("data: {\"a\":\ndata: {}}\n\n", vec!["{\"a\":\n{}}"]),
            ("\n\n\n", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(events(&[bytes.as_bytes()]), expected, "{bytes:?}");
            let single: Vec<&[u8]> = bytes.as_bytes().chunks(1).collect();
            assert_eq!(events(&single), expected, "{bytes:?} byte by byte");
        }
    }

    #[test]
    fn half_a_character_waits_for_its_other_half() {
        let bytes = "data: años 🙂\n\n".as_bytes();
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(events(&[head, tail]), ["años 🙂"]);
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut reader = SseReader::default();
        reader.push(b"data: ");
        reader.push(&vec![b'x'; EVENT_BYTES + 1]);
        assert_eq!(reader.next(), Err(TooLong));
        let mut reader = SseReader::default();
        for _ in 0..=EVENT_BYTES / 1_000 {
            reader.push(&[b"data: ".as_slice(), &[b'x'; 1_000], b"\n"].concat());
            if reader.next() == Err(TooLong) {
                return;
            }
        }
        unreachable!("an endless event was accepted");
    }
}
