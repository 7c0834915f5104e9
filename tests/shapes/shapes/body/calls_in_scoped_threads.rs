// Calls: 4 ok, 1 error, 1 panic.
use std::thread;

use shapes::prelude::*;

#[shape]
fn longest<'t>(texts: &[&'t str]) -> Option<&'t str> {
    texts.iter().copied().max_by_key(|text| text.len())
}

#[shape]
fn first(texts: &mut [String]) -> Result<&mut String, usize> {
    let length = texts.len();
    texts.first_mut().filter(|text| !text.is_empty()).ok_or(length)
}

#[shape]
fn halves<'t>(texts: &[&'t str]) -> [Option<&'t str>; 2] {
    let (left, right) = texts.split_at(texts.len() / 2);
    thread::scope(|scope| {
        let left = scope.spawn(|| longest(left));
        let right = scope.spawn(move || longest(right));
        [left, right].map(|half| half.join().ok().flatten())
    })
}

#[shape]
fn fails(n: u32) -> u32 {
    std::panic::resume_unwind(Box::new(Payload(n)))
}

pub(super) fn run() {
    let kept = String::from("abc");
    let found = halves(&["a", &kept, "d", "ef"]);
    show("halves", found);
    let (mut some, mut none) = ([String::from("x")], [String::new(), String::new()]);
    thread::scope(|scope| {
        let found = scope.spawn(|| first(&mut some));
        let missing = scope.spawn(|| first(&mut none));
        found.join().expect("no panic").expect("a text").push('y');
        show("missing", missing.join().ok());
        let payload = scope.spawn(|| fails(1)).join().err();
        show("payload", payload.and_then(|payload| payload.downcast::<Payload>().ok()));
    });
    show("some", some);
}
