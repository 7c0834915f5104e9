//! Trees of spans as a test writes them, and how recorded ones differ.

use std::fmt::Write as _;

use super::span::{Span, text};
use super::tree::SpanTree;
use crate::outcome::Outcome;

/// The expected lines.
#[derive(Debug)]
pub(super) struct Expected(Vec<Line>);

/// An expected line and a recorded span with its depth, or one of them alone.
type Pair<'a> = (Option<&'a Line>, Option<&'a (usize, &'a Span)>);

/// One expected span. What is absent is not compared.
#[derive(Debug, Default, PartialEq)]
struct Line {
    depth: usize,
    name: String,
    end: Option<String>,
    attributes: Vec<(String, String)>,
}

impl Expected {
    /// Reads the lines; deeper indentation, by whatever width, is a child.
    pub(super) fn parse(expected: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        // The indentations of the line before and of its ancestors.
        let mut open: Vec<usize> = Vec::new();
        for (at, written) in expected.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            // A string that begins on the line of its quote has its first line without the others' indentation.
            let indent = if at == 0 { 0 } else { written.len() - written.trim_start().len() };
            while open.last().is_some_and(|last| *last >= indent) {
                open.pop();
            }
            let line = Line::parse(open.len(), written.trim())
                .map_err(|error| format!("{error} in the expected line `{}`", written.trim()))?;
            lines.push(line);
            open.push(indent);
        }
        Ok(Self(lines))
    }

    /// The lines that differ between those that do not; `None` if none does.
    pub(super) fn difference(&self, tree: &SpanTree) -> Option<String> {
        let recorded: Vec<(usize, &Span)> = tree.lines().collect();
        let mut text = String::new();
        let mut differs = false;
        let mut write = |sign: char, depth: usize, line: &str| {
            differs |= sign != ' ';
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{sign} {:1$}{line}", "", depth * 2);
        };
        for pair in self.align(&recorded) {
            match pair {
                (Some(line), Some((depth, span))) if line.is(*depth, span) => {
                    write(' ', line.depth, &line.of(span));
                }
                (line, span) => {
                    if let Some(line) = line {
                        write('-', line.depth, &line.to_string());
                    }
                    if let Some((depth, span)) = span {
                        let shown = line.map_or_else(|| span.to_string(), |line| line.of(span));
                        write('+', *depth, &shown);
                    }
                }
            }
        }
        differs.then_some(text)
    }

    /// Expected lines beside recorded ones: as many as possible equal, and of the others as many as possible of one name.
    fn align<'a>(&'a self, recorded: &'a [(usize, &'a Span)]) -> Vec<Pair<'a>> {
        let lines = &self.0;
        let worth = |line: &Line, (depth, span): &(usize, &Span)| {
            if line.is(*depth, span) {
                3
            } else {
                usize::from(line.depth == *depth && line.name == span.name()) * 2
            }
        };
        // best[i][j]: the worth of the best pairs of the lines from i on and the spans from j on.
        let mut best = vec![vec![0_usize; recorded.len() + 1]; lines.len() + 1];
        for i in (0..lines.len()).rev() {
            for j in (0..recorded.len()).rev() {
                let paired = match worth(&lines[i], &recorded[j]) {
                    0 => 0,
                    worth => worth + best[i + 1][j + 1],
                };
                best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
            }
        }
        let (mut i, mut j) = (0, 0);
        let mut pairs = Vec::new();
        while i < lines.len() || j < recorded.len() {
            let both = (lines.get(i), recorded.get(j));
            let pair = match both {
                (Some(line), Some(span)) => {
                    let worth = worth(line, span);
                    if worth > 0 && best[i][j] == worth + best[i + 1][j + 1] {
                        both
                    } else if best[i][j] == best[i + 1][j] {
                        (both.0, None)
                    } else {
                        (None, both.1)
                    }
                }
                one => one,
            };
            i += usize::from(pair.0.is_some());
            j += usize::from(pair.1.is_some());
            pairs.push(pair);
        }
        pairs
    }
}

impl Line {
    fn parse(depth: usize, written: &str) -> Result<Self, String> {
        let mut line = Self { depth, ..Self::default() };
        let mut rest = written;
        while !rest.is_empty() {
            let word_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(word_end);
            if let Some(end) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'))
                && !line.name.is_empty()
            {
                let known = Outcome::ALL.map(Outcome::as_str);
                if end != "open" && !known.contains(&end) {
                    return Err(format!(
                        "a span ends `ok`, `error`, `panic` or `cancelled`, or is `open`, not `{end}`"
                    ));
                }
                line.end = Some(end.to_owned());
            } else if let Some((key, value)) = word.split_once('=')
                && !line.name.is_empty()
                && is_key(key)
            {
                if value.starts_with('"') {
                    let (value, after) = quoted(&rest[key.len() + 1..])?;
                    line.attributes.push((key.to_owned(), value));
                    rest = after.trim_start();
                    continue;
                }
                line.attributes.push((key.to_owned(), value.to_owned()));
            } else if line.end.is_some() || !line.attributes.is_empty() {
                return Err(format!(
                    "`{word}` is no attribute: write `key=value`, and values with spaces in quotes"
                ));
            } else {
                if !line.name.is_empty() {
                    line.name.push(' ');
                }
                line.name.push_str(word);
            }
            rest = after.trim_start();
        }
        Ok(line)
    }

    /// Whether the span is as expected.
    fn is(&self, depth: usize, span: &Span) -> bool {
        self.depth == depth
            && self.name == span.name()
            && self.end.as_ref().is_none_or(|end| end == span.end())
            && self
                .attributes
                .iter()
                .all(|(key, value)| span.attribute(key).is_some_and(|found| found.to_string() == *value))
    }

    /// Of the span, what the line names.
    fn of(&self, span: &Span) -> String {
        let mut shown = span.name().to_owned();
        if self.end.is_some() {
            let _ = write!(shown, " [{}]", span.end());
        }
        for (key, _) in &self.attributes {
            if let Some(value) = span.attribute(key) {
                let _ = write!(shown, " {key}={}", text(value));
            }
        }
        shown
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        if let Some(end) = &self.end {
            write!(f, " [{end}]")?;
        }
        self.attributes
            .iter()
            .try_for_each(|(key, value)| write!(f, " {key}={}", text(&value.clone().into())))
    }
}

/// Whether it can be the key of an attribute, and not part of a name such as `GET /terms?page=1`.
fn is_key(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// The text between quotes, with the escapes of Rust's debug form, and what follows.
fn quoted(written: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut characters = written.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &written[at + 1..])),
            '\\' => value.push(match characters.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, other)) => other,
                None => break,
            }),
            other => value.push(other),
        }
    }
    Err("a quote is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_an_end_and_attributes() {
        let line =
            Line::parse(1, r#"GET /entities [error] error.type=io::Error note="two \"words\"" n=3"#).unwrap();
        assert_eq!((&*line.name, line.end.as_deref()), ("GET /entities", Some("error")));
        let pairs = line.attributes.iter().map(|(key, value)| (&**key, &**value)).collect::<Vec<_>>();
        assert_eq!(pairs, [("error.type", "io::Error"), ("note", "two \"words\""), ("n", "3")]);
        assert_eq!(Line::parse(1, &line.to_string()).unwrap(), line);
    }

    #[test]
    fn a_name_may_look_like_more() {
        let line = Line::parse(0, "GET /terms?page=1 [ok] page=1").unwrap();
        assert_eq!((&*line.name, line.end.as_deref()), ("GET /terms?page=1", Some("ok")));
        assert_eq!(line.attributes, [("page".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn what_is_no_line_is_refused_with_the_reason() {
        assert!(Line::parse(0, "load [oke]").unwrap_err().contains("not `oke`"));
        assert!(Line::parse(0, "load [ok] more").unwrap_err().contains("`more` is no attribute"));
        assert!(Line::parse(0, "load key=\"open").unwrap_err().contains("not closed"));
    }

    #[test]
    fn depth_is_relative() {
        let expected = Expected::parse("a\n      b\n         c\n      d\n\n   e").unwrap();
        let depths: Vec<_> = expected.0.iter().map(|line| (&*line.name, line.depth)).collect();
        assert_eq!(depths, [("a", 0), ("b", 1), ("c", 2), ("d", 1), ("e", 1)]);
        let own_lines = Expected::parse("\n    a\n      b\n    c\n").unwrap();
        let depths: Vec<_> = own_lines.0.iter().map(|line| (&*line.name, line.depth)).collect();
        assert_eq!(depths, [("a", 0), ("b", 1), ("c", 0)]);
    }
}
