// Calls: 3 ok, 1 error.
// Also known as x07_lifetimes.
use shapes::prelude::*;

struct Words<'t> {
    text: &'t str,
}

impl<'t> Words<'t> {
    #[shape]
    fn first(&self) -> &'t str {
        self.text.split(' ').next().unwrap_or_default()
    }

    #[shape]
    fn longer<'o: 't>(&self, other: &'o str) -> Option<&'t str> {
        (other.len() > self.text.len()).then_some(other)
    }

    #[shape]
    fn parse<'a>(&'a self, separator: &'a str) -> Result<&'a str, &'t str> {
        let (_, rest) = self.text.split_once(separator).ok_or(self.text)?;
        Ok(rest)
    }
}

pub(super) fn run() {
    let text = String::from("one two");
    let first = {
        let words = Words { text: &text };
        show("longer", words.longer("one two three"));
        show("parse", words.parse("_"));
        show("parse", words.parse(" "));
        words.first()
    };
    show("first", first);
}
