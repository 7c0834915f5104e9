//! Units: a subset of UCUM (c/s), which OpenTelemetry's conventions ask for.

use super::NameError;
use crate::units;

/// The longest unit that OpenTelemetry accepts, in characters.
pub const UNIT_LIMIT: usize = 63;

/// Checks a unit: empty (none), or terms joined by `.` and `/`.
///
/// A term is `1`, `%`, an annotation such as `{request}`, or a known atom with an optional prefix, exponent and
/// annotation, such as `kBy`, `s2` or `By{written}`.
///
/// # Errors
///
/// The first of: too long, not printable ASCII, wrong syntax, and for the first unknown atom a look-alike with its fix as help, or
/// unknown.
pub const fn unit(unit: &str) -> Result<(), NameError> {
    let bytes = unit.as_bytes();
    if bytes.len() > UNIT_LIMIT {
        return Err(NameError::UnitLength);
    }
    let mut index = 0;
    while index < bytes.len() {
        if !bytes[index].is_ascii_graphic() {
            return Err(NameError::UnitCharacter);
        }
        index += 1;
    }
    let mut start = 0;
    while start < bytes.len() {
        let term = match next_term(bytes, start) {
            Ok(term) => term,
            Err(error) => return Err(error),
        };
        if let Err(error) = check_symbol(bytes, &term) {
            return Err(error);
        }
        // An operator at the end leaves a term out.
        if term.end + 1 == bytes.len() {
            return Err(NameError::UnitSyntax);
        }
        start = term.end + 1;
    }
    Ok(())
}

/// One term of a unit, as byte positions: `[start, symbol_end)` without exponent, then exponent, then `[annotation, end)`.
pub(crate) struct Term {
    pub(crate) start: usize,
    pub(crate) symbol_end: usize,
    pub(crate) annotation: usize,
    pub(crate) end: usize,
}

/// Splits off the term that begins at `start` and ends before an operator or at the end.
///
/// # Errors
///
/// [`NameError::UnitSyntax`]: no term, braces that do not match, or text after an annotation.
pub(crate) const fn next_term(bytes: &[u8], start: usize) -> Result<Term, NameError> {
    let mut annotation = start;
    while annotation < bytes.len() && !matches!(bytes[annotation], b'.' | b'/' | b'{') {
        if bytes[annotation] == b'}' {
            return Err(NameError::UnitSyntax);
        }
        annotation += 1;
    }
    let mut end = annotation;
    if end < bytes.len() && bytes[end] == b'{' {
        end += 1;
        while end < bytes.len() && bytes[end] != b'}' {
            if bytes[end] == b'{' {
                return Err(NameError::UnitSyntax);
            }
            end += 1;
        }
        // Neither an open annotation nor an empty one.
        if end == bytes.len() || end == annotation + 1 {
            return Err(NameError::UnitSyntax);
        }
        end += 1;
    }
    let ends = end == bytes.len() || matches!(bytes[end], b'.' | b'/');
    if end == start || !ends {
        return Err(NameError::UnitSyntax);
    }
    Ok(Term { start, symbol_end: symbol_end(bytes, start, annotation), annotation, end })
}

/// Where the symbol ends and its exponent (`2`, `-1`) begins. A number on its own is a symbol.
const fn symbol_end(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut index = end;
    while index > start && bytes[index - 1].is_ascii_digit() {
        index -= 1;
    }
    if index == end || index == start {
        return end;
    }
    if matches!(bytes[index - 1], b'-' | b'+') {
        index -= 1;
    }
    if index == start { end } else { index }
}

const fn check_symbol(bytes: &[u8], term: &Term) -> Result<(), NameError> {
    let Term { start, symbol_end, annotation, end } = *term;
    if start == annotation {
        return Ok(());
    }
    if symbol_end - start == 1 && bytes[start] == b'1' && annotation < end {
        return Err(NameError::UnitLookAlike("leave the `1` out: the annotation alone counts things"));
    }
    if units::is_known(bytes, start, symbol_end) {
        return Ok(());
    }
    match units::look_alike(bytes, start, symbol_end) {
        Some(look_alike) => Err(NameError::UnitLookAlike(look_alike.help)),
        None => Err(NameError::UnitUnknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_the_conventions_are_accepted() {
        for name in [
            "",
            "1",
            "%",
            "s",
            "ms",
            "us",
            "ns",
            "min",
            "h",
            "d",
            "wk",
            "mo",
            "a",
            "By",
            "kBy",
            "MiBy",
            "bit",
            "Cel",
            "Hz",
            "MHz",
            "V",
            "kW",
            "J",
            "{request}",
            "{entity}",
            "By/s",
            "{packet}/s",
            "1/s",
            "m/s2",
            "m.s-1",
            "By{written}",
            "s/{request}",
            "mV.A",
            "dB",
        ] {
            assert_eq!(unit(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn words_give_the_unit_to_use() {
        for (name, help) in [
            ("seconds", "use `s`"),
            ("Sec", "use `s`"),
            ("bytes", "use `By`"),
            ("B", "use `By`"),
            ("MB", "use `MBy`"),
            ("kb", "use `kBy`"),
            ("requests", "use `{request}`"),
            ("requests/s", "use `{request}`"),
            ("By/sec", "use `s`"),
        ] {
            assert_eq!(unit(name), Err(NameError::UnitLookAlike(help)), "{name}");
        }
        assert!(matches!(unit("percent"), Err(NameError::UnitLookAlike(_))));
        assert!(matches!(unit("1{request}"), Err(NameError::UnitLookAlike(_))));
    }

    #[test]
    fn unknown_symbols_are_told_from_broken_syntax() {
        for name in ["widgets", "xyz", "KiHz", "kmin", "10", "2"] {
            assert_eq!(unit(name), Err(NameError::UnitUnknown), "{name}");
        }
        for name in ["/s", "By/", "By//s", "{", "{a", "a}", "{}", "{a}b", "{{a}}", "."] {
            assert_eq!(unit(name), Err(NameError::UnitSyntax), "{name}");
        }
        for name in ["° C", "°F", "s ", "{a b}"] {
            assert_eq!(unit(name), Err(NameError::UnitCharacter), "{name}");
        }
        assert_eq!(unit(&"s.".repeat(32)), Err(NameError::UnitLength));
    }
}
