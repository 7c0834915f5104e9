// Calls: 3 ok, 3 error.
use std::error::Error;
use std::fmt;

use shapes::prelude::*;

struct Hostile;

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hostile")
    }
}

impl fmt::Display for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half a text")?;
        Err(fmt::Error)
    }
}

impl Error for Hostile {}

#[shape]
fn early(n: u32) -> Result<u32, Hostile> {
    if n > 1 {
        return Err(Hostile);
    }
    Ok(n)
}

#[shape]
async fn later(n: u32) -> Result<u32, Hostile> {
    pending_once().await;
    early(n)
}

pub(super) fn run() {
    show("early", [1, 2].map(early));
    show("later", [1, 2].map(|n| block_on(later(n))));
}
