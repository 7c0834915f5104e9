// Calls: 2 ok, 1 error.
// Also known as x08_async_lifetimes.
use shapes::prelude::*;

struct Words<'t> {
    text: &'t str,
}

impl<'t> Words<'t> {
    #[shape]
    async fn first(&self) -> &'t str {
        pending_once().await;
        self.text.split(' ').next().unwrap_or_default()
    }

    #[shape]
    async fn parse<'a>(&'a self, separator: &'a str) -> Result<&'a str, &'t str> {
        let (_, rest) = self.text.split_once(separator).ok_or(self.text)?;
        pending_once().await;
        Ok(rest)
    }
}

pub(super) fn run() {
    let text = String::from("one two");
    let first = {
        let words = Words { text: &text };
        show("parse", block_on(words.parse("_")));
        show("parse", block_on(words.parse(" ")));
        block_on(words.first())
    };
    show("first", first);
}
