// Calls: 8 ok, 2 error.
#![allow(clippy::large_enum_variant, clippy::result_large_err, dead_code)]

use shapes::prelude::*;

#[derive(Debug)]
#[repr(u8)]
enum Event {
    Nothing,
    Bytes([u8; 300]) = 7,
    Named { name: String, inner: Box<Self>, more: Vec<Self> },
    Function(fn(u32) -> u32),
}

#[shape]
fn event(kind: u32) -> Event {
    match kind {
        0 => Event::Nothing,
        1 => Event::Bytes([1; 300]),
        2 => Event::Function(|n| n),
        _ => Event::Named { name: kind.to_string(), inner: Box::new(event(kind - 1)), more: vec![event(0)] },
    }
}

#[shape]
fn length(event: Event) -> Result<usize, Event> {
    match event {
        Event::Bytes(bytes) => Ok(bytes.len()),
        Event::Named { name, inner, .. } => Ok(name.len() + length(*inner)?),
        other => Err(other),
    }
}

#[shape]
async fn later(event: &mut Event) -> Event {
    pending_once().await;
    std::mem::replace(event, Event::Nothing)
}

pub(super) fn run() {
    show("bytes", length(event(1)));
    show("named", length(event(3)).map_err(|event| matches!(event, Event::Function(_))));
    let mut first = event(1);
    show("later", length(block_on(later(&mut first))).ok());
    show("left", first);
}
