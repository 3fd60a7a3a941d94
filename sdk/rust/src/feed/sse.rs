//! Server-sent events, read from a stream of bytes (HTML Standard §9.2.6).

use std::mem::take;

/// The most that one event may take; Portico's are some hundred bytes.
const LONGEST_EVENT: usize = 64 * 1024;

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
    /// What `id` said since the event before, if anything.
    pub(crate) id: Option<String>,
}

/// The events longer than any that Portico sends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// The bytes of one connection, as far as they are no event yet.
#[derive(Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    read: usize,
    begun: bool,
    after_cr: bool,
    name: String,
    data: Option<String>,
    id: Option<String>,
}

impl Parser {
    /// The events that these bytes complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let is_second_half = take(&mut self.after_cr) && byte == b'\n';
            match byte {
                b'\n' if is_second_half => {}
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    let line = take(&mut self.line);
                    events.extend(self.line(&line));
                }
                _ => {
                    self.read += 1;
                    if self.read > LONGEST_EVENT {
                        return Err(TooLong);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(events)
    }

    fn line(&mut self, line: &[u8]) -> Option<Event> {
        let line = String::from_utf8_lossy(line);
        let first = !std::mem::replace(&mut self.begun, true);
        let line = if first { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
        if line.is_empty() {
            return self.event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            _ => {}
        }
        None
    }

    /// What an empty line completes. Without data it is no event, though its `id` counts.
    fn event(&mut self) -> Option<Event> {
        self.read = 0;
        let name = take(&mut self.name);
        let data = self.data.take()?;
        Some(Event { name, data, id: self.id.take() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<Event> {
        Parser::default().push(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_event_has_a_name_data_and_an_id() {
        let event = Event { name: "ping".into(), data: "{}".into(), id: Some("one".into()) };
        assert_eq!(events("event: ping\ndata: {}\nid: one\n\n"), [event]);
    }

    #[test]
    fn what_is_no_field_and_an_id_with_a_null_are_passed_over() {
        let found = events(": hello\nretry: 1\nevent\nid: a\0b\ndata\ndata: x\n\n");
        assert_eq!(found, [Event { name: String::new(), data: "\nx".into(), id: None }]);
    }

    #[test]
    fn many_short_events_are_read_and_one_that_does_not_end_is_not() {
        let mut parser = Parser::default();
        for _ in 0..5_000 {
            assert_eq!(parser.push(b"event: ping\ndata: {}\n\n").unwrap().len(), 1);
        }
        for _ in 0..7_000 {
            if parser.push(b"data: 01234").and(parser.push(b"\n")).is_err() {
                return;
            }
        }
        panic!("no end of it");
    }
}
