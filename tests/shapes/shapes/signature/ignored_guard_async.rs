// Calls: 2 ok, 1 error, 1 cancelled.
use shapes::prelude::*;

#[shape]
async fn plain(_: Noisy, _named: Noisy, last: Noisy) -> u32 {
    pending_once().await;
    note(last.0);
    1
}

#[shape]
async fn fallible(_: Noisy, _named: Noisy, last: Noisy) -> Result<u32, ()> {
    let local = Noisy("local");
    pending_once().await;
    if last.0.is_empty() {
        return Err(());
    }
    note(local.0);
    Ok(1)
}

pub(super) fn run() {
    show("plain", block_on(plain(Noisy("ignored"), Noisy("named"), Noisy("last"))));
    show("fallible", block_on(fallible(Noisy("ignored"), Noisy("named"), Noisy("last"))));
    show("fallible", block_on(fallible(Noisy("ignored"), Noisy("named"), Noisy(""))));
    drop_after(0, fallible(Noisy("ignored"), Noisy("named"), Noisy("last")));
    drop_after(1, fallible(Noisy("ignored"), Noisy("named"), Noisy("last")));
}
