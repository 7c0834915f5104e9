// Calls: 9 ok, 1 error.
use std::ffi::CStr;

use shapes::prelude::*;

#[shape]
fn texts() -> [&'static str; 4] {
    [
        "\u{1F980}\t\"",
        r#"raw "text" \n"#,
        "two\
      lines",
        "{not} {{formatted}}",
    ]
}

#[shape]
fn bytes() -> (&'static [u8; 3], u8, &'static [u8], char) {
    (b"\x00\xffz", b'\'', br"\x", '\u{301}')
}

#[shape]
fn foreign(empty: bool) -> Result<&'static CStr, &'static CStr> {
    if empty {
        return Err(c"");
    }
    Ok(cr"\not escaped")
}

#[shape]
fn numbers() -> (u64, f64, i32, usize) {
    (0xFF_u64 + 0b1010 + 0o17, 1e-3 + 2., -1_000_i32, 1_usize)
}

#[shape]
fn ranges(n: u8) -> &'static str {
    match n {
        b'a'..=b'f' | b'A'..=b'F' => "letter",
        0x30..0x3A => "digit",
        ..0x20 => "control",
        _ => "other",
    }
}

#[shape]
async fn later() -> String {
    pending_once().await;
    format!("{0:>1$} {name:#x} {:?}", 1.5_f32, 5, name = 255)
}

pub(super) fn run() {
    show("texts", texts());
    show("bytes", bytes());
    show("foreign", (foreign(false), foreign(true)));
    show("numbers", numbers());
    show("ranges", [b'b', b'7', 3, b'z'].map(ranges));
    show("later", block_on(later()));
}
