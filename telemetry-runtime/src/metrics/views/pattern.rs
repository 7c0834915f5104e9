//! Patterns for names: `*` is any text, `?` one character.

/// A pattern, whatever the case: OpenTelemetry's instrument names have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Box<str>);

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase().into())
    }

    /// Whether it has no wildcard, so that it names one instrument.
    pub(crate) fn is_exact(&self) -> bool {
        !self.0.contains(['*', '?'])
    }

    /// The text, in lower case.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (self.0.as_bytes(), name.as_bytes());
        let (mut at, mut seen) = (0, 0);
        // Where to go on if the last star has to take one character more.
        let mut star: Option<(usize, usize)> = None;
        while seen < name.len() {
            match pattern.get(at) {
                Some(b'*') => {
                    star = Some((at + 1, seen));
                    at += 1;
                }
                Some(b'?') => {
                    at += 1;
                    seen += character(name, seen);
                }
                Some(byte) if *byte == name[seen].to_ascii_lowercase() => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((after, from)) = &mut star else { return false };
                    *from += 1;
                    (at, seen) = (*after, *from);
                }
            }
        }
        pattern[at..].iter().all(|byte| *byte == b'*')
    }

    /// What the one star stands for in a name that matches; `None` where there is not exactly one wildcard, a star.
    pub(crate) fn captured<'a>(&self, name: &'a str) -> Option<&'a str> {
        let star = self.0.find('*')?;
        let after = self.0.len() - star - 1;
        name.get(star..name.len().checked_sub(after)?)
    }
}

/// How many bytes the character at `at` has.
fn character(text: &[u8], at: usize) -> usize {
    let rest = text[at + 1..].iter();
    1 + rest.take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_match_as_shells_do() {
        let matching = [
            ("*", ""),
            ("*", "a.b"),
            ("c1", "C1"),
            ("c*", "c"),
            ("a.*.count", "a.b.c.count"),
            ("a*b*c", "axxbxbxc"),
            ("?.b", "ä.b"),
            ("**a", "a"),
        ];
        for (pattern, name) in matching {
            assert!(Pattern::new(pattern).matches(name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("", "a"), ("c1", "c11"), ("c?", "c"), ("a.*", "a"), ("a*b", "abc"), ("?", "")]
        {
            assert!(!Pattern::new(pattern).matches(name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_star_stands_for_what_is_between() {
        let captured = |pattern, name| Pattern::new(pattern).captured(name);
        assert_eq!(captured("a.*", "A.b.c"), Some("b.c"));
        assert_eq!(captured("a.*.count", "a.b.count"), Some("b"));
        assert_eq!(captured("a.b", "a.b"), None);
        assert_eq!(captured("aa*aa", "aaa"), None);
    }

    #[test]
    fn a_pattern_without_wildcards_is_exact() {
        assert!(Pattern::new("a.b").is_exact());
        assert!(!Pattern::new("a.?").is_exact());
    }
}
