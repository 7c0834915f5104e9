//! Finding the word that was probably meant.

use alloc::vec::Vec;

/// The most edits that a typing error is.
const MOST: usize = 2;

/// The candidate that is nearest to `word`: at most two edits away, and fewer than the word has characters.
///
/// An edit inserts, removes or replaces a character, or swaps two neighbours. Case does not count. Of equally near
/// candidates the first one wins.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = letters(word);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters = letters(candidate);
        let Some(distance) = distance(&word, &letters) else { continue };
        let near = distance < word.len().max(1) && distance < letters.len().max(1);
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn letters(text: &str) -> Vec<char> {
    if text.is_ascii() {
        return text.bytes().map(|letter| char::from(letter.to_ascii_lowercase())).collect();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The optimal string alignment distance, row by row; `None` beyond [`MOST`].
fn distance(from: &[char], to: &[char]) -> Option<usize> {
    // Each letter that only one of the words has costs an edit. Files may have thousands of keys that are meant for others,
    // and this tells nearly all of them.
    let strange = from.iter().filter(|letter| !to.contains(letter)).count();
    if strange > MOST || from.len().abs_diff(to.len()) > MOST {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(to.len() + 1);
        current.push(row + 1);
        for (column, other) in to.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != other);
            let mut smallest = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == to[column - 1] && from[row - 1] == *other {
                smallest = smallest.min(before_last[column - 1] + 1);
            }
            current.push(smallest);
        }
        before_last = core::mem::replace(&mut last, current);
    }
    Some(last[to.len()]).filter(|distance| *distance <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 5] = ["counter", "histogram", "up_down_counter", "gauge", "in_flight"];

    #[test]
    fn a_typing_error_finds_its_word() {
        assert_eq!(nearest("countr", KINDS), Some("counter"));
        assert_eq!(nearest("guage", KINDS), Some("gauge"));
        assert_eq!(nearest("Histogram", KINDS), Some("histogram"));
        assert_eq!(nearest("inflight", KINDS), Some("in_flight"));
    }

    #[test]
    fn a_different_word_finds_nothing() {
        assert_eq!(nearest("timer", KINDS), None);
        assert_eq!(nearest("", KINDS), None);
        assert_eq!(nearest("id", ["on", "fn"]), None);
    }

    #[test]
    fn distance_is_symmetric_and_zero_only_for_equals() {
        let words: Vec<Vec<char>> = KINDS.iter().map(|word| word.chars().collect()).collect();
        for one in &words {
            for other in &words {
                assert_eq!(distance(one, other), distance(other, one));
                assert_eq!(distance(one, other) == Some(0), one == other);
            }
        }
    }

    #[test]
    fn two_edits_are_found_wherever_they_are_and_three_are_not() {
        let of = |from: &str, to: &str| distance(&letters(from), &letters(to));
        assert_eq!(of("telemetry", "etlemetyr"), Some(2), "swapped at both ends");
        assert_eq!(of("telemetry", "telemet"), Some(2));
        assert_eq!(of("telemetry", "xxtelemetry"), Some(2));
        assert_eq!(of("telemetry", "telemetryxx"), Some(2));
        assert_eq!(of("telemetry", "xtelemetrx"), Some(2));
        assert_eq!(of("telemetry", "xxxemetry"), None);
        assert_eq!(of("telemetry", "telemexxx"), None);
        assert_eq!(of("telemetry", "xelexetrx"), None);
        assert_eq!(of("telemetry", "teletry"), Some(2));
        assert_eq!(of("telemetry", "metry"), None);
        assert_eq!(of("", "ab"), Some(2));
        assert_eq!(of("", ""), Some(0));
    }
}
