// Calls: 5 ok.
// Attributes of other macros and of the compiler inside of a block.
use shapes::prelude::*;

#[derive(Debug, Clone, Default, PartialEq)]
struct Settings {
    limit: u32,
}

#[shape]
#[allow(dead_code)]
impl Settings {
    #[allow(clippy::unused_self)]
    #[deprecated = "to be seen that it stays"]
    fn old(&self) -> u32 {
        1
    }

    #[track_caller]
    fn line(&self) -> u32 {
        let _ = self;
        std::panic::Location::caller().line()
    }

    #[inline(never)]
    #[cold]
    fn cold(&self) -> bool {
        *self == Self::default()
    }

    #[cfg_attr(all(), must_use)]
    #[doc(hidden)]
    fn with_limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    #[expect(clippy::unnecessary_wraps)]
    fn wrapped(&self) -> Option<u32> {
        Some(self.limit)
    }
}

pub(super) fn run() {
    let settings = Settings::default().with_limit(3);
    #[expect(deprecated)]
    let old = settings.old();
    show("old", old);
    let line = line!();
    show("line", settings.line() - line);
    show("cold", settings.cold());
    show("wrapped", settings.wrapped());
}
