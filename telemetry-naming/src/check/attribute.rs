//! Attribute keys.

use super::NameError;
use super::bytes::{ends_at, starts_with};

/// The longest attribute key in bytes.
pub const ATTRIBUTE_KEY_LIMIT: usize = 255;

/// Labels that Prometheus, or an exporter on the way to it, sets itself.
const RESERVED_LABELS: [&[u8]; 4] = [b"le", b"quantile", b"job", b"instance"];

/// Checks the key of a span's or metric's attribute: words of ASCII letters, digits, `_` and `-`, joined by single dots.
///
/// # Errors
///
/// The first of: empty, wrong syntax, too long, in the namespace `otel`.
pub const fn attribute_key(key: &str) -> Result<(), NameError> {
    let bytes = key.as_bytes();
    if bytes.is_empty() {
        return Err(NameError::AttributeKeyEmpty);
    }
    if !bytes[0].is_ascii_alphabetic() {
        return Err(NameError::AttributeKeySyntax);
    }
    let mut index = 0;
    let mut after_dot = false;
    while index < bytes.len() {
        let byte = bytes[index];
        let is_dot = byte == b'.';
        if (is_dot && after_dot) || !(is_dot || byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err(NameError::AttributeKeySyntax);
        }
        after_dot = is_dot;
        index += 1;
    }
    if after_dot {
        return Err(NameError::AttributeKeySyntax);
    }
    if bytes.len() > ATTRIBUTE_KEY_LIMIT {
        return Err(NameError::AttributeKeyLength);
    }
    if ends_at(bytes, 0, bytes.len(), b"otel") || starts_with(bytes, b"otel.") {
        return Err(NameError::AttributeKeyReserved);
    }
    Ok(())
}

/// Checks the key of a metric's attribute: as [`attribute_key`], and its Prometheus label must be free.
///
/// `le` and `quantile` carry the buckets of a histogram and a summary, `job` and `instance` come from the scrape
/// configuration, and `otel_scope_*` from the instrumentation scope.
///
/// # Errors
///
/// As [`attribute_key`], then [`NameError::AttributeKeyReservedLabel`].
pub const fn metric_attribute_key(key: &str) -> Result<(), NameError> {
    if let Err(error) = attribute_key(key) {
        return Err(error);
    }
    let bytes = key.as_bytes();
    let mut index = 0;
    while index < RESERVED_LABELS.len() {
        if ends_at(bytes, 0, bytes.len(), RESERVED_LABELS[index]) {
            return Err(NameError::AttributeKeyReservedLabel);
        }
        index += 1;
    }
    if spells_otel_scope(bytes) {
        return Err(NameError::AttributeKeyReservedLabel);
    }
    Ok(())
}

/// Whether the Prometheus spelling of the key starts with `otel_scope_`: every other character counts as `_`.
const fn spells_otel_scope(key: &[u8]) -> bool {
    const PREFIX: &[u8] = b"otel_scope_";
    if key.len() < PREFIX.len() {
        return false;
    }
    let mut index = 0;
    while index < PREFIX.len() {
        let spelled = if key[index].is_ascii_alphanumeric() { key[index] } else { b'_' };
        if spelled != PREFIX[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_words_in_any_case_are_accepted() {
        for key in [
            "kind",
            "catalog.entity.kind",
            "taskId",
            "any-key",
            "backstage.entity.apiVersion",
            "a.9",
            "otelx",
        ] {
            assert_eq!(metric_attribute_key(key), Ok(()), "{key}");
        }
    }

    #[test]
    fn malformed_keys_are_refused() {
        assert_eq!(attribute_key(""), Err(NameError::AttributeKeyEmpty));
        for key in [".a", "a.", "a..b", "9a", "_a", "a b", "a\"b", "schlüssel", "a/b"] {
            assert_eq!(attribute_key(key), Err(NameError::AttributeKeySyntax), "{key}");
        }
        assert_eq!(attribute_key(&"a".repeat(256)), Err(NameError::AttributeKeyLength));
    }

    #[test]
    fn the_namespace_of_opentelemetry_is_reserved() {
        for key in ["otel", "otel.status_code", "otel.metric.overflow"] {
            assert_eq!(attribute_key(key), Err(NameError::AttributeKeyReserved), "{key}");
        }
    }

    #[test]
    fn labels_that_prometheus_sets_are_reserved_on_metrics_only() {
        for key in ["le", "quantile", "job", "instance", "otel_scope_name", "otel-scope.x"] {
            assert_eq!(attribute_key(key), Ok(()), "{key}");
            assert_eq!(metric_attribute_key(key), Err(NameError::AttributeKeyReservedLabel), "{key}");
        }
    }
}
