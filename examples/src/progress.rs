//! The progress bar of the first ingestion.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error. Where that is no terminal, nothing is drawn.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar that has nothing to count yet.
    pub fn start() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("reading the catalog {bar:30} {pos}/{len} documents")
        {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// A bar that nobody sees.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// Shows that `done` of `all` documents are processed. Locations may still add to them.
    pub fn show(&self, done: usize, all: usize) {
        self.bar.set_length(all as u64);
        self.bar.set_position(done as u64);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
