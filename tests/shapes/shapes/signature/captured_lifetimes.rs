// Calls: 4 ok, 1 error.
#![allow(clippy::needless_lifetimes)]

use shapes::prelude::*;

struct Index<'t> {
    text: &'t str,
}

impl<'t> Index<'t> {
    /// Does not borrow `self`.
    #[shape]
    fn words<'p>(&self, prefix: &'p str) -> impl Iterator<Item = &'t str> + use<'t, 'p> {
        self.text.split(' ').filter(move |word| word.starts_with(prefix))
    }

    /// Borrows nothing but the text.
    #[shape]
    fn length(&self, prefix: &str) -> Result<impl Fn(usize) -> Option<&'t str> + use<'t>, usize> {
        let skip = prefix.len();
        let rest = self.text.get(skip..).ok_or(skip)?;
        Ok(move |at| rest.get(at..))
    }
}

#[shape]
fn nested<'a, 'b: 'a>(
    one: &'a [u32],
    other: &'b [u32],
) -> impl Iterator<Item = (&'a u32, impl Iterator<Item = &'b u32>)> {
    one.iter().map(|n| (n, other.iter().filter(move |m| *m > n)))
}

#[shape]
async fn later<'a, 'b>(
    one: &'a str,
    other: &'b mut String,
) -> (impl Fn() -> &'a str, impl FnMut() -> &'b mut String) {
    pending_once().await;
    other.push_str(one);
    let mut other = Some(other);
    (move || one, move || other.take().expect("called once"))
}

pub(super) fn run() {
    let text = String::from("ab cd ac");
    let (words, rest) = {
        let index = Index { text: &text };
        show("too long", index.length("a long prefix").err());
        (index.words("a"), index.length("ab").ok())
    };
    show("words", words.collect::<Vec<_>>());
    show("rest", rest.and_then(|rest| rest(1)));
    let pairs = nested(&[1, 2], &[2, 3]).map(|(n, more)| (*n, more.count())).collect::<Vec<_>>();
    show("nested", pairs);
    let mut other = String::new();
    let (one, mut more) = block_on(later(&text, &mut other));
    more().push('!');
    show("one", one());
    drop((one, more));
    show("other", other);
}
