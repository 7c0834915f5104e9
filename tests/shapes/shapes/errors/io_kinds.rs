// Calls: 5 ok, 5 error.
use std::io::{self, BufRead, ErrorKind, Read, Write};

use shapes::prelude::*;

#[shape]
fn filled(mut from: impl Read) -> io::Result<[u8; 4]> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[shape]
fn written(to: &mut [u8], text: &str) -> io::Result<usize> {
    let mut to = to;
    write!(to, "{text}")?;
    Ok(to.len())
}

#[shape]
fn lines(from: &mut dyn BufRead) -> io::Result<Vec<String>> {
    from.lines().collect()
}

#[shape]
async fn opened(path: &str) -> io::Result<u64> {
    let file = std::fs::File::open(path)?;
    pending_once().await;
    Ok(file.metadata()?.len())
}

#[shape]
fn of_kind(kind: Option<ErrorKind>) -> Result<(), io::Error> {
    match kind {
        Some(ErrorKind::Interrupted) | None => Ok(()),
        Some(kind) => Err(io::Error::new(kind, "with a text")),
    }
}

pub(super) fn run() {
    show("filled", filled(&b"abcd"[..]).ok());
    show("filled", filled(io::empty()).map_err(|error| error.kind()));
    show("written", written(&mut [0; 3], "ab").ok());
    show("written", written(&mut [0; 1], "ab").map_err(|error| error.kind()));
    show("lines", lines(&mut &b"a\nb"[..]).ok());
    show("lines", lines(&mut &b"\xff"[..]).map_err(|error| error.kind()));
    show("opened", block_on(opened("/no/such/file")).map_err(|error| error.kind()));
    let kinds = [None, Some(ErrorKind::Interrupted), Some(ErrorKind::TimedOut)];
    show("kinds", kinds.map(|kind| of_kind(kind).map_err(|error| error.to_string())));
}
