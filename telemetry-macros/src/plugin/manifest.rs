//! The plugin id in the manifest of the crate being compiled.
//!
//! Only one key is wanted, so a line scanner does: reading all of TOML would cost every user a dependency.

use std::path::Path;

/// The id and the file that it stands in.
pub(super) struct ManifestId {
    pub(super) id: String,
    pub(super) path: String,
}

/// `pluginId` of `[package.metadata.backstage]`, if the manifest has it.
pub(super) fn plugin_id() -> Option<ManifestId> {
    let directory = std::env::var_os("CARGO_MANIFEST_DIR")?;
    let path = Path::new(&directory).join("Cargo.toml");
    let id = find(&std::fs::read_to_string(&path).ok()?)?;
    Some(ManifestId { id, path: path.to_str()?.to_owned() })
}

fn find(manifest: &str) -> Option<String> {
    let mut table = String::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            table = header.split(']').next().unwrap_or_default().split_whitespace().collect();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let key: String = key.split_whitespace().collect::<String>().replace('"', "");
        let full = if table.is_empty() { key } else { format!("{table}.{key}") };
        if full == "package.metadata.backstage.pluginId" {
            return quoted(value);
        }
        // `backstage = { pluginId = ".." }` in `[package.metadata]`.
        if full == "package.metadata.backstage" {
            let (_, rest) = value.split_once("pluginId")?;
            return quoted(rest.trim_start().trim_start_matches('"').split_once('=')?.1);
        }
    }
    None
}

/// The first string of `value`, in either kind of quotes.
fn quoted(value: &str) -> Option<String> {
    let value = value.trim_start();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    Some(value[1..].split(quote).next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_in_every_form_that_toml_has_for_it() {
        for manifest in [
            "[package]\nname = \"x\"\n[package.metadata.backstage]\npluginId = \"catalog\" # why",
            "[package.metadata]\nbackstage.pluginId = 'catalog'",
            "[package.metadata]\nbackstage = { role = \"backend-plugin\", pluginId = \"catalog\" }",
            "[package]\nmetadata.backstage.pluginId = \"catalog\"",
            "[ package . metadata . backstage ]\n\"pluginId\" = \"catalog\"",
        ] {
            assert_eq!(find(manifest).as_deref(), Some("catalog"), "{manifest}");
        }
    }

    #[test]
    fn the_same_key_elsewhere_is_not_taken() {
        let manifest = "[package]\npluginId = \"x\"\n[workspace.metadata.backstage]\npluginId = \"y\"";
        assert_eq!(find(manifest), None);
    }
}
