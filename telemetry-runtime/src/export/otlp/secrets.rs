//! The headers of requests: checked once, never printed.

use http::{HeaderName, HeaderValue};

/// Headers whose values are secret.
pub(super) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// Checks headers; the error names a header, and never a value.
    pub(super) fn new(headers: &[(String, String)]) -> Result<Self, String> {
        let checked = headers.iter().map(|(name, value)| {
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{}` is not the name of a header", name.escape_debug()))?;
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| format!("the value of header `{name}` cannot be sent"))?;
            // HTTP/2 then keeps it out of its compression table, and `Debug` prints nothing of it.
            value.set_sensitive(true);
            Ok((header, value))
        });
        checked.collect::<Result<_, String>>().map(Self)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(HeaderName, HeaderValue)> {
        self.0.iter()
    }

    /// A text from outside without the values, which a server may repeat in its complaint, and not too long.
    pub(super) fn redact(&self, text: &str) -> String {
        let mut text: String = text.chars().take(MESSAGE).collect();
        for secret in self.0.iter().filter_map(|(_, value)| value.to_str().ok()) {
            // Of `Bearer abc` the token alone is secret, too.
            for word in std::iter::once(secret).chain(secret.split_ascii_whitespace()) {
                if word.len() >= SECRET {
                    text = text.replace(word, "***");
                }
            }
        }
        text
    }
}

/// Characters of a foreign text that are worth a line of a log.
const MESSAGE: usize = 300;
/// Anything shorter is no secret, and would blank out words.
const SECRET: usize = 4;
