// Calls: 4 ok, 1 error, 1 cancelled.
#![allow(clippy::needless_pass_by_value)]

use shapes::prelude::*;

struct Size {
    width: u32,
    height: u32,
}

struct Named(&'static str, Size, Noisy);

enum Only {
    Variant { items: [u32; 3] },
}

#[shape]
fn nested(
    Named(name, Size { width: mut w, height }, ref guard): Named,
    &mut (ref mut n, _): &mut (u32, u32),
) -> u32 {
    w += height;
    *n += w;
    note((name, guard.0).0);
    *n
}

#[shape]
fn irrefutable(Only::Variant { items: [first, rest @ ..] }: Only) -> Result<[u32; 2], u32> {
    if first > 5 { Err(first) } else { Ok(rest) }
}

#[shape]
fn closures((add, ref mut count): (impl Fn(u32) -> u32, u32), [one, .., last]: &[u32; 4]) -> u32 {
    *count += add(*one) + last;
    *count
}

#[shape]
async fn later(
    Named(.., Size { width, .. }, _): Named,
    ref mut kept @ Noisy(name): Noisy,
    (_, ref unused): (Noisy, Noisy),
) -> (u32, usize) {
    pending_once().await;
    *kept = Noisy("replaced");
    (width, name.len() + unused.0.len())
}

pub(super) fn run() {
    let named = |name| Named(name, Size { width: 1, height: 2 }, Noisy("guard"));
    let mut pair = (10, 0);
    show("nested", (nested(named("a"), &mut pair), pair));
    let only = |first| Only::Variant { items: [first, 2, 3] };
    show("irrefutable", (irrefutable(only(1)), irrefutable(only(6))));
    show("closures", closures((|n| n * 2, 1), &[1, 2, 3, 4]));
    show("later", block_on(later(named("b"), Noisy("kept"), (Noisy("first"), Noisy("second")))));
    drop_after(1, later(named("c"), Noisy("kept"), (Noisy("first"), Noisy("second"))));
}
