//! The UCUM symbols that the toolkit knows, and the words that people write instead.

/// Atoms that take a metric prefix.
const METRIC_ATOMS: [&[u8]; 26] = [
    b"s", b"m", b"g", b"By", b"bit", b"V", b"A", b"J", b"W", b"K", b"Cel", b"Hz", b"Pa", b"lx", b"lm", b"cd",
    b"mol", b"N", b"Ohm", b"L", b"l", b"eV", b"t", b"Bq", b"bar", b"Bd",
];

/// Symbols that stand alone. `dB` is here because a bare `B` is nearly always meant as bytes.
const PLAIN_SYMBOLS: [&[u8]; 10] = [b"1", b"%", b"min", b"h", b"d", b"wk", b"mo", b"a", b"deg", b"dB"];

/// Powers of ten, `y` to `Y`.
const METRIC_PREFIXES: [&[u8]; 20] = [
    b"k", b"M", b"G", b"T", b"P", b"E", b"Z", b"Y", b"h", b"da", b"d", b"c", b"m", b"u", b"n", b"p", b"f",
    b"a", b"z", b"y",
];

/// Powers of 1024, which only information has.
const BINARY_PREFIXES: [&[u8]; 4] = [b"Ki", b"Mi", b"Gi", b"Ti"];
const BINARY_ATOMS: [&[u8]; 2] = [b"By", b"bit"];

/// Words that are no UCUM symbols, and the symbol that they stand for.
pub(crate) struct LookAlike {
    /// Compared without regard to case.
    words: &'static [&'static str],
    /// The symbol.
    pub(crate) symbol: &'static str,
    /// The symbol in a sentence.
    pub(crate) help: &'static str,
}

macro_rules! look_alikes {
    ($($($word:literal)|+ => $symbol:literal $($more:literal)?;)+) => {
        &[$(LookAlike {
            words: &[$($word),+],
            symbol: $symbol,
            help: concat!("use `", $symbol, "`" $(, $more)?),
        }),+]
    };
}

const LOOK_ALIKES: &[LookAlike] = look_alikes! {
    "sec" | "secs" | "second" | "seconds" | "S" => "s";
    "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "ms" ", or better `s` with values in seconds";
    "usec" | "micros" | "microsecond" | "microseconds" => "us" ", or better `s` with values in seconds";
    "nsec" | "nanos" | "nanosecond" | "nanoseconds" => "ns" ", or better `s` with values in seconds";
    "mins" | "minute" | "minutes" => "min";
    "hr" | "hrs" | "hour" | "hours" => "h";
    "day" | "days" => "d";
    "week" | "weeks" => "wk";
    "month" | "months" => "mo";
    "y" | "yr" | "year" | "years" => "a";
    "b" | "byte" | "bytes" => "By";
    "kb" | "kby" | "kilobyte" | "kilobytes" => "kBy";
    "mb" | "megabyte" | "megabytes" => "MBy";
    "gb" | "gigabyte" | "gigabytes" => "GBy";
    "tb" | "terabyte" | "terabytes" => "TBy";
    "kib" | "kibibyte" | "kibibytes" => "KiBy";
    "mib" | "mebibyte" | "mebibytes" => "MiBy";
    "gib" | "gibibyte" | "gibibytes" => "GiBy";
    "tib" | "tebibyte" | "tebibytes" => "TiBy";
    "bits" => "bit";
    "hertz" => "Hz";
    "c" | "celsius" => "Cel";
    "meter" | "meters" | "metre" | "metres" => "m";
    "gram" | "grams" => "g";
    "kelvin" => "K";
    "volt" | "volts" => "V";
    "ampere" | "amperes" | "amp" | "amps" => "A";
    "watt" | "watts" => "W";
    "joule" | "joules" => "J";
    "percent" | "percentage" | "pct" => "%" ", or `1` for a fraction of one";
    "ratio" | "fraction" | "none" | "unitless" | "dimensionless" => "1";
    "request" | "requests" | "reqs" => "{request}";
    "error" | "errors" => "{error}";
    "message" | "messages" => "{message}";
    "event" | "events" => "{event}";
    "item" | "items" => "{item}";
    "task" | "tasks" => "{task}";
    "entity" | "entities" => "{entity}";
    "connection" | "connections" => "{connection}";
    "operation" | "operations" | "ops" => "{operation}";
    "packet" | "packets" => "{packet}";
    "#" | "count" | "counts" | "number" | "short" | "long" => "{item}" ", with the word for what is counted";
};

/// Whether `bytes[start..end]` is a symbol that the toolkit knows.
pub(crate) const fn is_known(bytes: &[u8], start: usize, end: usize) -> bool {
    is_one_of(bytes, start, end, &PLAIN_SYMBOLS)
        || is_one_of(bytes, start, end, &METRIC_ATOMS)
        || is_prefixed(bytes, start, end, &METRIC_PREFIXES, &METRIC_ATOMS)
        || is_prefixed(bytes, start, end, &BINARY_PREFIXES, &BINARY_ATOMS)
}

/// What `bytes[start..end]` was probably meant to be.
pub(crate) const fn look_alike(bytes: &[u8], start: usize, end: usize) -> Option<&'static LookAlike> {
    let mut index = 0;
    while index < LOOK_ALIKES.len() {
        let look_alike = &LOOK_ALIKES[index];
        let mut at = 0;
        while at < look_alike.words.len() {
            if is_at(bytes, start, end, look_alike.words[at].as_bytes(), true) {
                return Some(look_alike);
            }
            at += 1;
        }
        index += 1;
    }
    None
}

const fn is_prefixed(bytes: &[u8], start: usize, end: usize, prefixes: &[&[u8]], atoms: &[&[u8]]) -> bool {
    let mut index = 0;
    while index < prefixes.len() {
        let split = start + prefixes[index].len();
        if split < end
            && is_at(bytes, start, split, prefixes[index], false)
            && is_one_of(bytes, split, end, atoms)
        {
            return true;
        }
        index += 1;
    }
    false
}

const fn is_one_of(bytes: &[u8], start: usize, end: usize, words: &[&[u8]]) -> bool {
    let mut index = 0;
    while index < words.len() {
        if is_at(bytes, start, end, words[index], false) {
            return true;
        }
        index += 1;
    }
    false
}

const fn is_at(bytes: &[u8], start: usize, end: usize, word: &[u8], any_case: bool) -> bool {
    if end - start != word.len() {
        return false;
    }
    let mut index = 0;
    while index < word.len() {
        let byte = bytes[start + index];
        let same = byte == word[index] || (any_case && byte.eq_ignore_ascii_case(&word[index]));
        if !same {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;

    #[test]
    fn every_advice_is_a_unit() {
        for look_alike in LOOK_ALIKES {
            assert_eq!(check::unit(look_alike.symbol), Ok(()), "{}", look_alike.symbol);
        }
    }

    #[test]
    fn no_look_alike_hides_a_unit() {
        for look_alike in LOOK_ALIKES {
            for word in look_alike.words {
                assert!(check::unit(word).is_err(), "{word}");
            }
        }
    }
}
