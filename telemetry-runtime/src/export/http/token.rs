//! Who may scrape, where a token is asked for.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq as _;

use crate::Sensitive;

/// The token that a request must show as `Authorization: Bearer`.
pub(super) struct Token(Sensitive<String>);

impl Token {
    pub(super) fn new(token: Sensitive<String>) -> Self {
        Self(token)
    }

    /// Whether the request shows the token. How long that takes tells nothing about the token but its length.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        // Of two headers, a proxy before us may have checked the other one.
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let Some(space) = value.as_bytes().iter().position(|byte| *byte == b' ') else { return false };
        let (scheme, token) = value.as_bytes().split_at(space);
        let right: bool = token.trim_ascii().ct_eq(self.0.expose().as_bytes()).into();
        scheme.eq_ignore_ascii_case(b"bearer") && right
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn admits(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        Token::new(Sensitive::new("canary".to_owned())).admits(&headers)
    }

    #[test]
    fn only_the_token_itself_is_admitted() {
        for right in ["Bearer canary", "bearer canary", "BEARER  canary "] {
            assert!(admits(&[right]), "{right}");
        }
        for wrong in [
            "Bearer canar",
            "Bearer canaryy",
            "Bearer Canary",
            "Bearer",
            "canary",
            "Basic canary",
            "",
            " canary",
        ] {
            assert!(!admits(&[wrong]), "{wrong}");
        }
        assert!(!admits(&[]));
        assert!(!admits(&["Bearer canary", "Bearer canary"]));
    }
}
