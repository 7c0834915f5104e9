//! Byte tests that const evaluation can do.

/// Whether `bytes` from `start` on is exactly `word`.
pub(super) const fn ends_at(bytes: &[u8], start: usize, end: usize, word: &[u8]) -> bool {
    if start > end || end > bytes.len() || end - start != word.len() {
        return false;
    }
    let mut index = 0;
    while index < word.len() {
        if bytes[start + index] != word[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Whether `bytes` starts with `prefix`.
pub(super) const fn starts_with(bytes: &[u8], prefix: &[u8]) -> bool {
    prefix.len() <= bytes.len() && ends_at(bytes, 0, prefix.len(), prefix)
}

/// Whether `byte` is `a` to `z` or `0` to `9`.
pub(super) const fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether `bytes` from `start` on is words of lower case letters and digits, the first starting with a letter, each joined to
/// the next by exactly one of the two `joints`.
pub(super) const fn are_joined_words(bytes: &[u8], start: usize, joints: [u8; 2]) -> bool {
    if start >= bytes.len() || !bytes[start].is_ascii_lowercase() {
        return false;
    }
    let mut index = start + 1;
    let mut after_joint = false;
    while index < bytes.len() {
        let byte = bytes[index];
        if is_lower_or_digit(byte) {
            after_joint = false;
        } else if (byte == joints[0] || byte == joints[1]) && !after_joint {
            after_joint = true;
        } else {
            return false;
        }
        index += 1;
    }
    !after_joint
}
