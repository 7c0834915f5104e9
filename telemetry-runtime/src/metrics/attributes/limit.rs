//! What a derived set must not have, asserted while the program compiles.

use super::MetricAttributes;

/// Refuses a set of more combinations than its limit, while the program compiles.
///
/// # Panics
///
/// With both numbers, where `combinations` is more than `limit`. `set` is the name of the set's type.
#[track_caller]
pub const fn assert_combinations(combinations: usize, limit: usize, set: &str) {
    if combinations > limit {
        let mut text = Text::new();
        text.push("the attributes of `");
        text.push(set);
        text.push("` have ");
        text.push_number(combinations);
        text.push(" combinations of values, and the limit is ");
        text.push_number(limit);
        text.push("\nhelp: use fewer attributes or values, or write `#[metric_attributes(limit = N)]`, at most 16384");
        panic!("{}", text.as_str());
    }
}

/// The set as it is, refused where it has the key `outcome` or `error.type`: the metrics of functions add these by
/// themselves, and two values under one key would make two series of one name.
///
/// ```compile_fail,E0080
/// use telemetry_runtime::{MetricAttributes, metric};
///
/// #[derive(Clone, Copy, MetricAttributes)]
/// struct Stitched {
///     outcome: bool,
/// }
///
/// #[metric(counter = "entities.stitched", attributes = Stitched { outcome: true })]
/// fn stitch() {}
///
/// stitch();
/// ```
///
/// ```compile_fail,E0080
/// # use telemetry_runtime::{MetricAttributes, metric};
/// #[derive(Clone, Copy, MetricAttributes)]
/// struct Stitched {
///     #[attribute("error.type")]
///     error: bool,
/// }
///
/// #[metric(counter = "entities.stitched", attributes = Stitched { error: true })]
/// fn stitch() {}
///
/// stitch();
/// ```
///
/// # Panics
///
/// Never at run time: a set with such a key does not compile.
#[inline]
pub fn without_generated_keys<A: MetricAttributes>(attributes: A) -> A {
    const {
        assert!(
            !has_key(A::KEYS, "outcome"),
            "attribute key `outcome` is set by `#[metric]` itself\nhelp: rename it, or write `outcome = false` to leave \
             the generated one out"
        );
        assert!(
            !has_key(A::KEYS, "error.type"),
            "attribute key `error.type` is set by `#[metric]` itself\nhelp: remove it, or write `outcome = false` to \
             leave the generated one out"
        );
    }
    attributes
}

const fn has_key(keys: &[&str], wanted: &str) -> bool {
    let mut i = 0;
    while i < keys.len() {
        if is_equal(keys[i].as_bytes(), wanted.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn is_equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut i = 0;
    while i < one.len() {
        if one[i] != other[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A text that is built while the program compiles, where nothing can be formatted. What does not fit is left out.
struct Text {
    bytes: [u8; 512],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 512], length: 0 }
    }

    const fn push(&mut self, text: &str) {
        let text = text.as_bytes();
        // All or nothing: half of a character would be no text.
        if self.length + text.len() > self.bytes.len() {
            return;
        }
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
    }

    const fn push_number(&mut self, number: usize) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        let digits = "0123456789";
        let (_, rest) = digits.split_at(number % 10);
        self.push(rest.split_at(1).0);
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic = "the attributes of `Set` have 2048 combinations of values, and the limit is 2000"]
    fn too_many_combinations_are_refused_with_both_numbers() {
        assert_combinations(2048, 2000, "Set");
    }

    #[test]
    fn a_key_is_found_only_as_a_whole() {
        assert!(has_key(&["kind", "outcome"], "outcome"));
        assert!(!has_key(&["outcomes", "out", ""], "outcome"));
        assert!(!has_key(&[], "outcome"));
    }

    #[test]
    fn a_set_at_its_limit_is_accepted() {
        assert_combinations(2000, 2000, "Set");
    }
}
