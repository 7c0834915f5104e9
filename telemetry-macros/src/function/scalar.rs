//! Types of the standard library that a macro, which sees no types, takes at their word.

use syn::Ident;

/// Whether the name is that of a number, a truth value, a character or a time: it has no destructor, and is no `Result`.
pub(super) fn is_scalar(name: &Ident) -> bool {
    const SCALARS: &[&str] = &[
        "bool",
        "char",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "Duration",
        "Instant",
        "SystemTime",
    ];
    SCALARS.contains(&name.to_string().as_str())
}
