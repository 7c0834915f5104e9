//! The plugin id in a manifest, which needs a package of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The message that is shown here.
pub(crate) const MESSAGE: &str = "manifest-plugin-id";

#[test]
fn a_wrong_plugin_id_in_the_manifest_is_told_at_the_attribute() {
    let package = Package::new("manifest-wrong");
    package.write_manifest("MyPlugin");
    let output = package.check();
    let errors: Vec<&str> = output.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 2, "one mistake, and that nothing was compiled: {output}");
    assert!(errors[0].contains("plugin id `MyPlugin` must be lower case"), "{output}");
    assert!(errors[0].ends_with("in `Cargo.toml`"), "{output}");
    assert!(output.contains("help: correct `pluginId`"), "{output}");
    assert!(output.contains("--> src/lib.rs:1:"), "{output}");
}

#[test]
fn a_change_of_the_manifest_alone_is_seen() {
    let package = Package::new("manifest-changed");
    package.write_manifest("my-plugin");
    let output = package.check();
    assert!(!output.lines().any(|line| line.starts_with("error")), "{output}");
    package.write_manifest("MyPlugin");
    assert!(package.check().contains("plugin id `MyPlugin`"));
}

/// A package in the target folder: it needs the workspace's lock file and no more.
struct Package {
    name: &'static str,
    folder: PathBuf,
}

impl Package {
    fn new(name: &'static str) -> Self {
        let folder = target().join("tests").join(name);
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let source = "#[telemetry_runtime::metric(counter = \"entities.stitched\")]\npub fn stitch() {}\n";
        fs::write(folder.join("src/lib.rs"), source).expect("a source file");
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
        Self { name, folder }
    }

    fn write_manifest(&self, id: &str) {
        let name = self.name;
        let runtime = root().join("telemetry-runtime");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n\
             [package.metadata.backstage]\npluginId = \"{id}\"\n\n\
             [dependencies]\ntelemetry-runtime = {{ path = {runtime:?}, default-features = false }}\n\n\
             [workspace]\n"
        );
        fs::write(self.folder.join("Cargo.toml"), manifest).expect("a manifest");
    }

    /// What `cargo check` prints. The target folder is that of the other cases, which build the same dependencies.
    fn check(&self) -> String {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--color=never"])
            .env("CARGO_TARGET_DIR", target().join("tests").join("trybuild"))
            .env_remove("RUSTFLAGS")
            .current_dir(&self.folder)
            .output()
            .expect("cargo runs");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
