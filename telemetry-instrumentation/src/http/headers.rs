//! Headers as the carrier of a context.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

/// Headers that a context is read from, or written to.
pub(crate) struct HeaderCarrier<H>(pub(crate) H);

impl Extractor for HeaderCarrier<&HeaderMap> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> = self.0.get_all(key).iter().filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then_some(values)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

impl Injector for HeaderCarrier<&mut HeaderMap> {
    /// Replaces what the headers say of another context. What HTTP does not allow in a header stays out.
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(key.as_bytes()), HeaderValue::from_maybe_shared(value))
        {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_replaces_and_leaves_out_what_http_refuses() {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_static("old"));
        let mut carrier = HeaderCarrier(&mut headers);
        carrier.set("traceparent", "new".to_owned());
        carrier.set("bad name", "x".to_owned());
        carrier.set("bad-value", "a\nb".to_owned());
        assert_eq!((headers.len(), &headers["traceparent"]), (1, &HeaderValue::from_static("new")));
    }

    #[test]
    fn values_that_are_no_text_are_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(HeaderCarrier(&headers).get("traceparent"), None);
        headers.append("baggage", HeaderValue::from_static("a=1"));
        headers.append("baggage", HeaderValue::from_static("b=2"));
        assert_eq!(HeaderCarrier(&headers).get_all("baggage"), Some(vec!["a=1", "b=2"]));
    }
}
