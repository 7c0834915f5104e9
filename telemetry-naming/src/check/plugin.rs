//! Plugin ids and names of core services.

use super::NameError;
use super::bytes::are_joined_words;

/// The longest plugin id in bytes, so that a metric name fits after it.
pub const PLUGIN_ID_LIMIT: usize = 63;

/// Checks a plugin id or the name of a core service: `[a-z][a-z0-9]*([-_][a-z0-9]+)*`.
///
/// # Errors
///
/// The first of: empty, wrong syntax, too long.
pub const fn plugin_id(id: &str) -> Result<(), NameError> {
    if id.is_empty() {
        Err(NameError::PluginIdEmpty)
    } else if !are_joined_words(id.as_bytes(), 0, *b"-_") {
        Err(NameError::PluginIdSyntax)
    } else if id.len() > PLUGIN_ID_LIMIT {
        Err(NameError::PluginIdLength)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_joined_by_single_hyphens_or_underscores_are_accepted() {
        for id in ["catalog", "my-plugin", "my_plugin", "k8s", "a-1", "a-b_c-d"] {
            assert_eq!(plugin_id(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(plugin_id(""), Err(NameError::PluginIdEmpty));
        for id in ["Catalog", "1a", "-a", "a-", "a--b", "a-_b", "my.plugin", "my plugin", "é"] {
            assert_eq!(plugin_id(id), Err(NameError::PluginIdSyntax), "{id}");
        }
        assert_eq!(plugin_id(&"a".repeat(63)), Ok(()));
        assert_eq!(plugin_id(&"a".repeat(64)), Err(NameError::PluginIdLength));
    }
}
