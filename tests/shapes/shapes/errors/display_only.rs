// Calls: 3 ok, 3 error.
use std::fmt;

use shapes::prelude::*;

struct Text(&'static str);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[shape]
fn early(n: u32) -> Result<u32, Text> {
    if n > 1 {
        return Err(Text("too much"));
    }
    Ok(n)
}

#[shape]
async fn later(n: u32) -> Result<u32, Text> {
    pending_once().await;
    early(n)
}

pub(super) fn run() {
    show("early", [1, 2].map(|n| early(n).map_err(|error| error.to_string())));
    show("later", [1, 2].map(|n| block_on(later(n)).map_err(|error| error.to_string())));
}
