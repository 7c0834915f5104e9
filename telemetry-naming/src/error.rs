//! Why a name is refused.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// Why a name is refused.
///
/// The texts are constants, so that a const evaluation can panic with them. [`quoting`](Self::quoting) makes the text
/// that repeats the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameError {
    /// A metric name is empty.
    MetricNameEmpty,
    /// A metric name does not start with an ASCII letter.
    MetricNameStart,
    /// A metric name has a character that OpenTelemetry does not allow in it.
    MetricNameCharacter,
    /// A metric name has no category before its first dot.
    MetricNameCategory,
    /// A metric name is legal, but not in the toolkit's style.
    MetricNameStyle,
    /// A metric name is too long with all that is put before it.
    MetricNameLength,
    /// A unit is longer than OpenTelemetry allows.
    UnitLength,
    /// A unit has a character that is not printable ASCII.
    UnitCharacter,
    /// A unit is not built as UCUM says: an operator without an operand, or an annotation that does not end.
    UnitSyntax,
    /// A unit is a word that stands for a UCUM unit; the payload is the help.
    UnitLookAlike(&'static str),
    /// A unit has an atom that the toolkit does not know.
    UnitUnknown,
    /// A plugin id is empty.
    PluginIdEmpty,
    /// A plugin id does not follow `[a-z][a-z0-9]*([-_][a-z0-9]+)*`.
    PluginIdSyntax,
    /// A plugin id is so long that no metric name fits after it.
    PluginIdLength,
    /// An attribute key is empty.
    AttributeKeyEmpty,
    /// An attribute key is longer than the toolkit allows.
    AttributeKeyLength,
    /// An attribute key is not made of dotted words.
    AttributeKeySyntax,
    /// An attribute key is in the namespace `otel`.
    AttributeKeyReserved,
    /// A metric's attribute key is a label that Prometheus or its exporters set themselves.
    AttributeKeyReservedLabel,
    /// An `error.type` is empty.
    ErrorTypeEmpty,
    /// An `error.type` is longer than the toolkit allows.
    ErrorTypeLength,
    /// An `error.type` is not one word.
    ErrorTypeSyntax,
    /// An `error.type` is the one of panics.
    ErrorTypeReserved,
    /// A span name is empty.
    SpanNameEmpty,
    /// A span name has a control character, or starts or ends with a space.
    SpanNameCharacter,
    /// A span name has a placeholder of a format string.
    SpanNamePlaceholder,
}

/// The constant texts of one error.
struct Text {
    id: &'static str,
    subject: &'static str,
    rule: &'static str,
    message: &'static str,
    help: &'static str,
}

/// Writes subject and rule once, for both the text with and the text without the name.
macro_rules! text {
    ($id:literal, $subject:literal, $rule:literal, $help:expr) => {
        Text { id: $id, subject: $subject, rule: $rule, message: concat!($subject, " ", $rule), help: $help }
    };
}

impl NameError {
    /// Every error once, in the order of the declaration.
    pub const ALL: [Self; 26] = [
        Self::MetricNameEmpty,
        Self::MetricNameStart,
        Self::MetricNameCharacter,
        Self::MetricNameCategory,
        Self::MetricNameStyle,
        Self::MetricNameLength,
        Self::UnitLength,
        Self::UnitCharacter,
        Self::UnitSyntax,
        Self::UnitLookAlike("use the UCUM unit"),
        Self::UnitUnknown,
        Self::PluginIdEmpty,
        Self::PluginIdSyntax,
        Self::PluginIdLength,
        Self::AttributeKeyEmpty,
        Self::AttributeKeyLength,
        Self::AttributeKeySyntax,
        Self::AttributeKeyReserved,
        Self::AttributeKeyReservedLabel,
        Self::ErrorTypeEmpty,
        Self::ErrorTypeLength,
        Self::ErrorTypeSyntax,
        Self::ErrorTypeReserved,
        Self::SpanNameEmpty,
        Self::SpanNameCharacter,
        Self::SpanNamePlaceholder,
    ];

    /// A stable identifier in kebab case, such as `metric-name-start`.
    pub const fn id(self) -> &'static str {
        self.text().id
    }

    /// What is wrong, without the name: a lower-case fragment without a period.
    pub const fn message(self) -> &'static str {
        self.text().message
    }

    /// What to write instead: an imperative fragment without a period.
    pub const fn help(self) -> &'static str {
        self.text().help
    }

    /// What is wrong, with the name in it: "metric name `9.total` must start with an ASCII letter".
    ///
    /// An empty name is left out, and of a long one only the start is shown.
    pub fn quoting(self, name: &str) -> String {
        const SHOWN: usize = 40;
        let Text { subject, rule, message, .. } = self.text();
        if name.is_empty() {
            return message.into();
        }
        let escaped = name.escape_debug();
        if name.chars().nth(SHOWN).is_none() {
            return format!("{subject} `{escaped}` {rule}");
        }
        let start: String = escaped.take(SHOWN).collect();
        format!("{subject} `{start}...` {rule}")
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table, kept in one place so that the texts can be read side by side"
    )]
    const fn text(self) -> Text {
        match self {
            Self::MetricNameEmpty => text!(
                "metric-name-empty",
                "metric name",
                "must not be empty",
                "name the category and the metric, for example `entities.processed`"
            ),
            Self::MetricNameStart => text!(
                "metric-name-start",
                "metric name",
                "must start with an ASCII letter",
                "for example `entities.processed`"
            ),
            Self::MetricNameCharacter => text!(
                "metric-name-character",
                "metric name",
                "must consist of ASCII letters, digits, `_`, `.`, `-` and `/`",
                "for example `entities.processed`"
            ),
            Self::MetricNameCategory => text!(
                "metric-name-category",
                "metric name",
                "must have the form `{category}.{name}`",
                "put the category first, for example `entities.processed`, or start with `::` for a name without the plugin's prefix"
            ),
            Self::MetricNameStyle => text!(
                "metric-name-style",
                "metric name",
                "must be lower case words joined by single dots and underscores",
                "for example `entities.processed`; `allow(style)` keeps the name as it is"
            ),
            Self::MetricNameLength => text!(
                "metric-name-length",
                "metric name",
                "must not exceed 255 bytes with its prefix, of which the root name may take 63",
                "shorten the name"
            ),
            Self::UnitLength => text!(
                "unit-length",
                "unit",
                "must not exceed 63 characters",
                "use a UCUM unit such as `s`, `By` or `{request}`"
            ),
            Self::UnitCharacter => text!(
                "unit-character",
                "unit",
                "must consist of printable ASCII characters without spaces",
                "use a UCUM unit such as `s`, `By` or `{request}`"
            ),
            Self::UnitSyntax => text!(
                "unit-syntax",
                "unit",
                "must be UCUM terms joined by `.` or `/`",
                "for example `s`, `By/s` or `{request}`"
            ),
            Self::UnitLookAlike(help) => text!("unit-look-alike", "unit", "is not a UCUM unit", help),
            Self::UnitUnknown => text!(
                "unit-unknown",
                "unit",
                "is not a known UCUM unit",
                "use for example `s`, `By` or `1`, or put what is counted in braces, for example `{request}`"
            ),
            Self::PluginIdEmpty => {
                text!("plugin-id-empty", "plugin id", "must not be empty", "for example `catalog`")
            }
            Self::PluginIdSyntax => text!(
                "plugin-id-syntax",
                "plugin id",
                "must be lower case words and digits joined by single `-` or `_`, starting with a letter",
                "for example `catalog` or `my-plugin`"
            ),
            Self::PluginIdLength => {
                text!("plugin-id-length", "plugin id", "must not exceed 63 bytes", "shorten the id")
            }
            Self::AttributeKeyEmpty => text!(
                "attribute-key-empty",
                "attribute key",
                "must not be empty",
                "for example `catalog.entity.kind`"
            ),
            Self::AttributeKeyLength => {
                text!("attribute-key-length", "attribute key", "must not exceed 255 bytes", "shorten the key")
            }
            Self::AttributeKeySyntax => text!(
                "attribute-key-syntax",
                "attribute key",
                "must be words of ASCII letters, digits, `_` and `-` joined by single dots, starting with a letter",
                "for example `catalog.entity.kind`"
            ),
            Self::AttributeKeyReserved => text!(
                "attribute-key-reserved",
                "attribute key",
                "is reserved: OpenTelemetry keeps the namespace `otel` for itself",
                "use a namespace of your own, for example `catalog.entity.kind`"
            ),
            Self::AttributeKeyReservedLabel => text!(
                "attribute-key-reserved-label",
                "attribute key",
                "is reserved: Prometheus sets the label of this name itself",
                "put it in a namespace of your own, for example `catalog.job`"
            ),
            Self::ErrorTypeEmpty => {
                text!("error-type-empty", "error type", "must not be empty", "for example `not_found`")
            }
            Self::ErrorTypeLength => {
                text!("error-type-length", "error type", "must not exceed 127 bytes", "shorten it")
            }
            Self::ErrorTypeSyntax => text!(
                "error-type-syntax",
                "error type",
                "must consist of ASCII letters, digits, `_`, `.`, `-` and `:`",
                "for example `not_found`"
            ),
            Self::ErrorTypeReserved => text!(
                "error-type-reserved",
                "error type",
                "is reserved: calls that panic have it",
                "give the error another one: `#[telemetry(type = \"...\")]`"
            ),
            Self::SpanNameEmpty => text!(
                "span-name-empty",
                "span name",
                "must not be empty",
                "leave the name out to use the function's name"
            ),
            Self::SpanNameCharacter => text!(
                "span-name-character",
                "span name",
                "must not have control characters or spaces at its ends",
                "for example `process entity`"
            ),
            Self::SpanNamePlaceholder => text!(
                "span-name-placeholder",
                "span name",
                "must not have a placeholder: it is constant, so nothing fills it in",
                "name the kind of work, and put what varies into an attribute"
            ),
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl core::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_error_once() {
        let mut ids = NameError::ALL.map(NameError::id);
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
        // The discriminants are dense, so the last one tells how many errors there are.
        assert_eq!(NameError::ALL.last(), Some(&NameError::SpanNamePlaceholder));
    }

    #[test]
    fn texts_are_fragments() {
        for error in NameError::ALL {
            for text in [error.message(), error.help()] {
                assert!(!text.ends_with('.'), "{text}");
                assert!(text.starts_with(|first: char| first.is_ascii_lowercase()), "{text}");
            }
        }
    }

    #[test]
    fn quoting_repeats_the_name() {
        assert_eq!(
            NameError::MetricNameStart.quoting("9.total"),
            "metric name `9.total` must start with an ASCII letter"
        );
        assert_eq!(NameError::MetricNameEmpty.quoting(""), "metric name must not be empty");
        assert!(NameError::SpanNameCharacter.quoting("a\n").starts_with("span name `a\\n` must"));
        assert!(NameError::UnitLength.quoting(&"é".repeat(64)).contains(&format!("`{}...`", "é".repeat(40))));
    }
}
