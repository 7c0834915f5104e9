// Calls: 5 ok, 1 error.
// Also known as x19_patterns and x19b_patterns_async.
#![allow(clippy::needless_pass_by_value, clippy::toplevel_ref_arg, clippy::trivially_copy_pass_by_ref)]

use shapes::prelude::*;

struct Point {
    x: u32,
    y: u32,
}

#[expect(dead_code, reason = "the drop of the second field is what matters")]
struct Pair(u32, Noisy);

#[shape]
fn tuple((a, b): (u32, u32), [c, .., d]: [u32; 4]) -> u32 {
    a + b * 10 + c * 100 + d * 1000
}

#[shape]
fn fields(Point { x, y: height }: Point, Pair(n, _): Pair) -> Result<u32, ()> {
    if x == 0 {
        return Err(());
    }
    Ok(x + height + n)
}

#[shape]
fn references(&a: &u32, (b, &c): (&u32, &u32), whole @ Point { x: _, .. }: Point) -> u32 {
    a + *b + c + whole.x + whole.y
}

#[shape]
fn alternatives((Ok(n) | Err(n)): Result<u32, u32>, mut more: u32, ref last: u32) -> u32 {
    more += n;
    more + *last
}

#[shape]
async fn later((a, _): (u32, Noisy), Point { x, .. }: Point, Pair(_, _): Pair) -> Option<u32> {
    pending_once().await;
    note("awaited");
    Some(a + x)
}

pub(super) fn run() {
    show("tuple", tuple((1, 2), [3, 0, 0, 4]));
    show("fields", fields(Point { x: 1, y: 2 }, Pair(3, Noisy("ignored"))));
    show("fields", fields(Point { x: 0, y: 2 }, Pair(3, Noisy("ignored"))));
    show("references", references(&1, (&2, &3), Point { x: 4, y: 5 }));
    show("alternatives", alternatives(Err(1), 2, 3));
    show("later", block_on(later((1, Noisy("first")), Point { x: 2, y: 0 }, Pair(3, Noisy("second")))));
}
