//! The files of a catalog folder: finding, resolving and reading them.
//!
//! Every path here is relative to the catalog folder, which is also how files are shown; nothing outside of the folder
//! is ever read.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::yaml::{self, Document, Position, Unreadable};

/// Every YAML file below `root`, sorted. Hidden folders and `node_modules` are left out, and linked folders are not
/// entered, so that a cycle of links ends.
///
/// # Errors
///
/// If `root` itself cannot be read; a folder below it that cannot be read is left out.
pub fn walk(root: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(root)?;
    let mut found = Vec::new();
    walk_into(root, Path::new(""), &mut |path| {
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    });
    found.sort();
    Ok(found)
}

fn walk_into(root: &Path, folder: &Path, visit: &mut dyn FnMut(PathBuf)) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.') || name == "node_modules";
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !hidden => walk_into(root, &folder.join(name), visit),
            Ok(kind) if !kind.is_dir() => visit(folder.join(name)),
            _ => {}
        }
    }
}

/// Resolves a reference such as `../apis/orders.yaml` against the file that it stands in. `None` if it leads out of the
/// catalog folder.
pub fn resolve(file: &Path, target: &str) -> Option<PathBuf> {
    let mut resolved = file.parent().unwrap_or(Path::new("")).to_path_buf();
    for component in Path::new(target).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => resolved.push(name),
            Component::ParentDir if resolved.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(resolved)
}

/// The files below `root` that a pattern names: `*` and `?` inside a part of the path, `**` for any number of folders.
pub fn glob(root: &Path, pattern: &Path) -> Vec<PathBuf> {
    let pattern: Vec<String> = parts(pattern);
    let mut found = Vec::new();
    walk_into(root, Path::new(""), &mut |path| {
        if matches_path(&pattern, &parts(&path)) {
            found.push(path);
        }
    });
    found.sort();
    found
}

fn parts(path: &Path) -> Vec<String> {
    path.iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

fn matches_path(pattern: &[String], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            matches_path(rest, path) || (!path.is_empty() && matches_path(pattern, &path[1..]))
        }
        (Some((first, rest)), Some((name, below))) => {
            matches_name(first.as_bytes(), name.as_bytes()) && matches_path(rest, below)
        }
        _ => false,
    }
}

fn matches_name(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            matches_name(rest, name) || (!name.is_empty() && matches_name(pattern, &name[1..]))
        }
        (Some((b'?', rest)), Some((_, below))) => matches_name(rest, below),
        (Some((wanted, rest)), Some((byte, below))) => wanted == byte && matches_name(rest, below),
        _ => false,
    }
}

/// Reads the documents of one file. A file that cannot be read is one unreadable document.
///
/// # Errors
///
/// Only if the file does not exist.
pub async fn read(root: &Path, file: &Path) -> io::Result<Vec<Result<Document, Unreadable>>> {
    match tokio::fs::read(root.join(file)).await {
        Ok(bytes) => Ok(decode(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(error) => Ok(vec![Err(Unreadable {
            position: Position::START,
            message: format!("cannot read the file: {error}"),
        })]),
    }
}

fn decode(bytes: &[u8]) -> Vec<Result<Document, Unreadable>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => yaml::documents(text),
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let last_line = valid.rsplit('\n').next().unwrap_or_default();
            vec![Err(Unreadable {
                position: Position {
                    line: valid.matches('\n').count() + 1,
                    column: last_line.chars().count() + 1,
                },
                message: "the file is not UTF-8".to_owned(),
            })]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_inside_the_folder() {
        let file = Path::new("apis/all.yaml");
        assert_eq!(resolve(file, "./a.yaml"), Some(PathBuf::from("apis/a.yaml")));
        assert_eq!(resolve(file, "../b/./c.yaml"), Some(PathBuf::from("b/c.yaml")));
        assert_eq!(resolve(file, "../../etc/passwd"), None);
        assert_eq!(resolve(file, "/etc/passwd"), None);
    }

    #[test]
    fn patterns_match_names_and_folders() {
        let matches =
            |pattern: &str, path: &str| matches_path(&parts(Path::new(pattern)), &parts(Path::new(path)));
        assert!(matches("apis/*.yaml", "apis/orders.yaml"));
        assert!(!matches("apis/*.yaml", "apis/v1/orders.yaml"));
        assert!(matches("**/catalog-info.yaml", "a/b/catalog-info.yaml"));
        assert!(matches("**/catalog-info.yaml", "catalog-info.yaml"));
        assert!(matches("v?.yaml", "v1.yaml") && !matches("v?.yaml", "v10.yaml"));
    }

    #[test]
    fn text_that_is_not_utf8_is_placed() {
        let found = decode(b"kind: API\nname: \xff");
        let error = found[0].as_ref().unwrap_err();
        assert_eq!(error.position.to_string(), "2:7");
    }
}
