// Calls: 1 ok, 1 error.
#![allow(clippy::result_large_err)]

use shapes::prelude::*;

trait Store {
    fn put(&mut self, values: &[u8]) -> Result<usize, [u8; 200]>;
}

struct Last(u8);

impl Store for Last {
    // Clippy asks for a smaller error at the declaration, and nowhere else.
    #[shape]
    fn put(&mut self, values: &[u8]) -> Result<usize, [u8; 200]> {
        self.0 = *values.last().ok_or([7; 200])?;
        Ok(values.len())
    }
}

pub(super) fn run() {
    show("put", Last(0).put(&[1, 2]));
    show("put", Last(0).put(&[]).map_err(|error| error.len()));
}
