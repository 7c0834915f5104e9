//! Comparing and hashing texts as short as attributes are.
//!
//! To find a known series is nothing but this. A text of up to 32 bytes is read as its first and its last bytes, which overlap
//! where it is shorter than both, without a loop and without a call.

use std::hash::BuildHasher;

macro_rules! ends {
    ($($name:ident: $word:ty),+) => {$(
        /// The first and the last bytes of a text that has at least so many.
        #[inline]
        fn $name(bytes: &[u8]) -> ($word, $word) {
            match (bytes.first_chunk(), bytes.last_chunk()) {
                (Some(first), Some(last)) => (<$word>::from_ne_bytes(*first), <$word>::from_ne_bytes(*last)),
                _ => (0, 0),
            }
        }
    )+};
}

ends!(ends_of_2: u16, ends_of_4: u32, ends_of_8: u64, ends_of_16: u128);

/// The most bytes of a text that is short.
pub(super) const SHORT: usize = 32;

/// Whether two texts are equal.
#[inline]
pub(super) fn is_same(one: &str, other: &str) -> bool {
    compare::<true>(one, other)
}

/// The same of texts of which one is short; of others the middle is not looked at.
#[inline]
pub(super) fn is_same_short(one: &str, other: &str) -> bool {
    compare::<false>(one, other)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "as a function it costs half of itself again")]
fn compare<const LONG: bool>(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let length = one.len();
    if length != other.len() {
        return false;
    }
    if length >= 4 {
        if length <= 8 {
            ends_of_4(one) == ends_of_4(other)
        } else if length <= 16 {
            ends_of_8(one) == ends_of_8(other)
        } else if LONG && length > SHORT {
            one == other
        } else {
            ends_of_16(one) == ends_of_16(other)
        }
    } else if length >= 2 {
        ends_of_2(one) == ends_of_2(other)
    } else {
        one.first() == other.first()
    }
}

/// A hash over several texts and numbers. Its seeds are its own, so that nobody who chooses the texts can choose collisions.
///
/// It is made as foldhash is, whose hasher is for everything and takes more instructions: words that are mixed with what came
/// before and with a seed are multiplied, and the halves of the product are folded.
#[derive(Debug)]
pub(super) struct TextHash {
    start: u64,
    seed: u64,
    long: foldhash::fast::RandomState,
}

impl TextHash {
    pub(super) fn new() -> Self {
        let long = foldhash::fast::RandomState::default();
        Self { start: long.hash_one(0), seed: long.hash_one(1), long }
    }

    /// The hash of nothing, to go on from.
    #[inline]
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Goes on with a number.
    #[inline]
    pub(super) fn number(&self, before: u64, number: u64) -> u64 {
        fold(before ^ number, self.seed)
    }

    /// Goes on with a text.
    #[inline]
    pub(super) fn text(&self, before: u64, text: &str) -> u64 {
        self.go_on::<true>(before, text)
    }

    /// The same with a text that is short; of others the middle takes no part.
    #[inline]
    pub(super) fn short(&self, before: u64, text: &str) -> u64 {
        self.go_on::<false>(before, text)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a function it costs half of itself again")]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low bits of a length, and the halves of sixteen bytes"
    )]
    fn go_on<const LONG: bool>(&self, before: u64, text: &str) -> u64 {
        let bytes = text.as_bytes();
        let length = bytes.len();
        // Texts of different lengths may have the same words.
        let before = before.rotate_left(length as u32);
        let (first, last) = if length >= 4 {
            if length <= 8 {
                let (first, last) = ends_of_4(bytes);
                (first.into(), last.into())
            } else if length <= 16 {
                ends_of_8(bytes)
            } else if LONG && length > SHORT {
                (self.long.hash_one(bytes), 0)
            } else {
                let (first, last) = ends_of_16(bytes);
                return self.words(before, first as u64, last as u64)
                    ^ self.words(before.wrapping_add(self.seed), (first >> 64) as u64, (last >> 64) as u64);
            }
        } else if length >= 2 {
            let (first, last) = ends_of_2(bytes);
            (first.into(), last.into())
        } else {
            (bytes.first().copied().unwrap_or_default().into(), 0)
        };
        self.words(before, first, last)
    }

    #[inline]
    fn words(&self, before: u64, one: u64, other: u64) -> u64 {
        fold(before ^ one, self.seed ^ other)
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves of the product")]
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const TEXT: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    #[test]
    fn texts_are_the_same_where_every_byte_is() {
        for length in 0..TEXT.len() {
            let one = &TEXT[..length];
            assert!(is_same(one, String::from(one).as_str()));
            assert!(!is_same(one, &TEXT[..=length]));
            for changed in 0..length {
                assert!(!is_same(one, &with_change(one, changed, b'!')), "{length}, {changed}");
            }
        }
    }

    #[test]
    fn every_byte_and_the_length_take_part_in_the_hash() {
        let hash = TextHash::new();
        let mut texts = HashSet::new();
        for length in 0..TEXT.len() {
            let one = &TEXT[..length];
            texts.insert(one.to_owned());
            texts.insert("a".repeat(length));
            for changed in 0..length {
                texts.extend([b'!', b'0', b'~'].map(|byte| with_change(one, changed, byte)));
            }
        }
        let hashes: HashSet<u64> = texts.iter().map(|text| hash.text(hash.start(), text)).collect();
        assert_eq!(hashes.len(), texts.len());
        // The slot of a table is in the low bits: a quarter of this many is seen if they are spread by chance, and far fewer if not.
        let slots: HashSet<u64> = hashes.iter().map(|hash| hash % 4096).collect();
        assert!(slots.len() > 2000, "{} of {}", slots.len(), hashes.len());
    }

    #[test]
    fn the_order_of_texts_counts_and_each_hash_has_seeds_of_its_own() {
        let of = |hash: &TextHash, texts: [&str; 2]| {
            texts.iter().fold(hash.start(), |before, text| hash.text(before, text))
        };
        let (one, other) = (TextHash::new(), TextHash::new());
        assert_ne!(of(&one, ["GET", "200"]), of(&one, ["200", "GET"]));
        assert_ne!(of(&one, ["GET", "200"]), of(&other, ["GET", "200"]));
        assert_ne!(one.number(one.start(), 1), one.number(one.start(), 2));
    }

    fn with_change(text: &str, position: usize, byte: u8) -> String {
        let mut bytes = text.as_bytes().to_vec();
        bytes[position] = byte;
        String::from_utf8(bytes).expect("it is ASCII")
    }
}
