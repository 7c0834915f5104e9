// Calls: 3 ok, 1 error.
#![allow(clippy::many_single_char_names, clippy::needless_pass_by_value, clippy::too_many_arguments)]

use shapes::prelude::*;

#[shape]
fn sync(a: u8, b: u16, c: u32, d: u64, e: i8, f: i16, g: i32, h: i64, i: f32, j: f64) -> String {
    format!("{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}")
}

#[shape]
fn fallible(
    a: &str,
    b: String,
    c: Option<u32>,
    d: Result<u32, ()>,
    e: [u8; 2],
    f: (u8, char),
    g: &mut u32,
    h: fn() -> u32,
    i: Box<u32>,
    j: (),
) -> Result<String, ()> {
    *g += h() + d?;
    Ok(format!("{a}{b}{c:?}{d:?}{e:?}{f:?}{g}{i}{j:?}"))
}

#[shape]
async fn later(a: Noisy, b: Noisy, c: Noisy, d: Noisy, e: Noisy, f: Noisy, g: Noisy, h: Noisy) -> usize {
    pending_once().await;
    [a, b, c, d, e, f, g, h].len()
}

pub(super) fn run() {
    show("sync", sync(1, 2, 3, 4, 5, 6, 7, 8, 9.5, 10.5));
    let mut g = 1;
    show("fallible", fallible("a", "b".into(), None, Ok(1), [1, 2], (3, 'c'), &mut g, || 4, Box::new(5), ()));
    show(
        "fallible",
        fallible("a", "b".into(), None, Err(()), [1, 2], (3, 'c'), &mut g, || 4, Box::new(5), ()),
    );
    let [a, b, c, d] = ["a", "b", "c", "d"].map(Noisy);
    let [e, f, g, h] = ["e", "f", "g", "h"].map(Noisy);
    show("later", block_on(later(a, b, c, d, e, f, g, h)));
}
