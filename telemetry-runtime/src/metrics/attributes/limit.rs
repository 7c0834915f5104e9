//! The limit of a derived set, asserted while the program compiles.

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
    fn a_set_at_its_limit_is_accepted() {
        assert_combinations(2000, 2000, "Set");
    }
}
