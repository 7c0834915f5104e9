// Calls: 5 ok.
use shapes::prelude::*;

trait Count {
    fn count_of(&self, wanted: char) -> usize;
    async fn later(self) -> usize;
}

impl<T: AsRef<str> + ?Sized> Count for &T {
    #[shape]
    fn count_of(&self, wanted: char) -> usize {
        self.as_ref().chars().filter(|&found| found == wanted).count()
    }

    #[shape]
    async fn later(self) -> usize {
        pending_once().await;
        self.as_ref().len()
    }
}

impl Count for [u8; 2] {
    #[shape]
    fn count_of(&self, wanted: char) -> usize {
        self.iter().filter(|&&found| char::from(found) == wanted).count()
    }

    #[shape]
    async fn later(self) -> usize {
        self.len()
    }
}

pub(super) fn run() {
    show("count", "banana".count_of('a'));
    show("count", (&String::from("banana")).count_of('n'));
    show("count", b"aa".count_of('a'));
    show("later", block_on((*b"aa").later()) + block_on("xyz".later()));
}
