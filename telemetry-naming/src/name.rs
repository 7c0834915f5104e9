//! Names that have passed their check.

use alloc::borrow::Cow;
use core::fmt;

use crate::check::{self, NameError};

/// Defines a name: a string that its check has accepted.
macro_rules! name {
    ($(#[$docs:meta])* $name:ident, $check:path) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// Takes a name that is known while the program compiles.
            ///
            /// # Panics
            ///
            /// With the reason, where the name is refused; in a constant this is a compile error.
            #[must_use]
            #[track_caller]
            pub const fn from_static(name: &'static str) -> Self {
                if let Err(error) = $check(name) {
                    panic!("{}", error.message());
                }
                Self(Cow::Borrowed(name))
            }

            /// Takes a name that is known only at run time.
            ///
            /// # Errors
            ///
            /// The first reason to refuse the name.
            pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, NameError> {
                let name = name.into();
                $check(&name).map(|()| Self(name))
            }

            /// The name as it was given.
            pub const fn as_str(&self) -> &str {
                match &self.0 {
                    Cow::Borrowed(name) => name,
                    Cow::Owned(name) => name.as_str(),
                }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl TryFrom<&'static str> for $name {
            type Error = NameError;

            fn try_from(name: &'static str) -> Result<Self, NameError> {
                Self::new(name)
            }
        }
    };
}

name!(
    /// The author's name of a metric: `{category}.{name}`, or `::` and a whole name that gets no prefix.
    ///
    /// ```
    /// # use telemetry_naming::MetricName;
    /// const PROCESSED: MetricName = MetricName::from_static("entities.processed");
    /// assert_eq!(PROCESSED, "entities.processed");
    /// ```
    MetricName,
    check::metric_name
);
name!(
    /// A UCUM unit, such as `s`, `By` or `{request}`; empty for none.
    Unit,
    check::unit
);
name!(
    /// The id of a plugin or the name of a core service, such as `catalog`.
    PluginId,
    check::plugin_id
);
name!(
    /// The key of an attribute of a metric, such as `catalog.entity.kind`.
    AttributeKey,
    check::metric_attribute_key
);
name!(
    /// The name of a span: constant text.
    SpanName,
    check::span_name
);

impl MetricName {
    /// Whether the name is exported without the plugin's prefix.
    pub const fn is_absolute(&self) -> bool {
        check::is_absolute(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    const UNIT: Unit = Unit::from_static("{entity}");

    #[test]
    fn constants_are_checked_by_const_evaluation() {
        assert_eq!(UNIT.as_str(), "{entity}");
    }

    #[test]
    fn names_made_at_run_time_give_the_reason() {
        assert_eq!(MetricName::new(String::from("processed")), Err(NameError::MetricNameCategory));
        assert_eq!(PluginId::new("My-Plugin"), Err(NameError::PluginIdSyntax));
        assert_eq!(AttributeKey::new("le"), Err(NameError::AttributeKeyReservedLabel));
        assert_eq!(SpanName::new("").map(drop), Err(NameError::SpanNameEmpty));
        assert!(MetricName::new("::http.server.request.duration").is_ok_and(|name| name.is_absolute()));
    }

    #[test]
    #[should_panic = "unit is not a UCUM unit"]
    fn from_static_panics_with_the_reason() {
        let _ = Unit::from_static("seconds");
    }
}
