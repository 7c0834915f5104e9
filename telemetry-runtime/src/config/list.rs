//! The two list forms of OpenTelemetry's variables: `a,b` and `key=value,...` with percent-encoding.

/// The words of a comma-separated list.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// All pairs of `key=value,...`, or the number of the first entry that is wrong.
pub(super) fn attributes(text: &str) -> Result<Vec<(String, String)>, usize> {
    words(text).enumerate().map(|(index, entry)| pair(entry).ok_or(index + 1)).collect()
}

/// One `key=value`, decoded; `None` without an `=` or a key, or where the encoding is wrong.
pub(super) fn pair(entry: &str) -> Option<(String, String)> {
    let (key, value) = entry.split_once('=')?;
    let key = decode(key.trim())?;
    (!key.is_empty()).then_some((key, decode(value.trim())?))
}

/// Undoes percent-encoding.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hexadecimal(rest.next()?)?, hexadecimal(rest.next()?)?);
            bytes.push(high * 16 + low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_percent_decoded() {
        assert_eq!(pair("a.b = x%20y%2Cz"), Some(("a.b".to_owned(), "x y,z".to_owned())));
        assert_eq!(pair("k=a=b"), Some(("k".to_owned(), "a=b".to_owned())));
        assert_eq!(pair("k="), Some(("k".to_owned(), String::new())));
    }

    #[test]
    fn wrong_pairs_are_refused() {
        for wrong in ["k", "=v", "k=%", "k=%2", "k=%zz", "k=%ff", "%ff=v"] {
            assert_eq!(pair(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_first_wrong_entry_is_counted_from_one() {
        assert_eq!(attributes("a=1,,b=2, c"), Err(3));
        assert_eq!(attributes(""), Ok(Vec::new()));
    }
}
