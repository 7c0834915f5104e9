// Calls: 4 ok, 4 error.
// Also known as x23_nondebug_arg and x23b_nondisplay_err.
use shapes::prelude::*;

struct Opaque(u32);

#[shape]
fn plain(n: u32) -> Result<u32, Opaque> {
    if n > 1 { Err(Opaque(n)) } else { Ok(n) }
}

#[shape]
fn early(n: u32) -> Result<Opaque, Opaque> {
    if n > 1 {
        return Err(Opaque(n));
    }
    Ok(Opaque(n * 10))
}

#[shape]
async fn later(n: u32) -> Result<u32, Opaque> {
    pending_once().await;
    let n = plain(n)?;
    Ok(n)
}

pub(super) fn run() {
    show("plain", (plain(1).map_err(|error| error.0), plain(2).map_err(|error| error.0)));
    show("early", [1, 2].map(|n| early(n).map(|value| value.0).map_err(|error| error.0)));
    show("later", [1, 2].map(|n| block_on(later(n)).map_err(|error| error.0)));
}
