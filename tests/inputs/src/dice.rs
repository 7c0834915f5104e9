//! Choices that bytes make: where they are used up, the rest of the choices is 0.

/// Bytes from which choices are taken, one after the other.
#[derive(Debug)]
pub struct Dice<'a>(&'a [u8]);

impl<'a> Dice<'a> {
    /// Choices of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all bytes are used up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `sides`, which is not 0.
    pub fn roll(&mut self, sides: u8) -> u8 {
        self.byte() % sides
    }

    /// The next eight bytes.
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// One of `choices`, of which there are some.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn pick<'b, T>(&mut self, choices: &'b [T]) -> &'b T {
        &choices[usize::from(self.byte()) % choices.len()]
    }

    /// A text of up to 40 bytes: one of `words`, or any, wrong UTF-8 replaced.
    pub fn word(&mut self, words: &[&str]) -> String {
        if !words.is_empty() && self.roll(2) == 0 {
            return (*self.pick(words)).to_owned();
        }
        let length = usize::from(self.roll(40)).min(self.0.len());
        let (word, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(word).into_owned()
    }
}

/// Bytes in an order that a seed decides (xorshift), for tests that must be the same in each run.
#[derive(Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The order of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.number() % sides.max(1) as u64).unwrap_or_default()
    }

    /// Up to `longest` bytes.
    pub fn bytes(&mut self, longest: usize) -> Vec<u8> {
        (0..self.roll(longest + 1)).map(|_| self.number().to_le_bytes()[3]).collect()
    }

    /// `seed` with a few bytes changed, taken out, put in or repeated.
    pub fn mutated(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(6) {
            let at = self.roll(bytes.len() + 1);
            let end = (at + self.roll(16)).min(bytes.len());
            match self.roll(4) {
                0 if at < bytes.len() => bytes[at] = self.number().to_le_bytes()[3],
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, self.bytes(8))),
                _ => {
                    let part = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, part));
                }
            }
        }
        bytes
    }
}
