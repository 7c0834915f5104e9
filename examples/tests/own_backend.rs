//! The program of an organisation with a telemetry system of its own.

use std::process::Command;

#[test]
fn everything_that_a_plugin_records_reaches_the_organisations_own_system() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_own_backend"));
    for (name, _) in std::env::vars_os() {
        if ["OTEL_", "TELEMETRY_", "APP_CONFIG_"]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    let output = command.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let count = |line: &str| text.lines().filter(|known| *known == line).count();
    // By hand, through the two traits.
    assert_eq!(count("measured backstage.plugin.orders.orders.amount 42 by currency"), 1, "{text}");
    assert_eq!(count("measured backstage.plugin.orders.orders.amount 420 by currency"), 1, "{text}");
    assert_eq!(count("own span charge child Unset"), 1, "{text}");
    assert_eq!(count("own span charge child Error { description: \"the card was declined\" }"), 1, "{text}");
    assert_eq!(count("observed backstage.plugin.orders.queue.length 2"), 1, "{text}");
    // By attributes, when they are finished.
    assert_eq!(count("span place root Unset"), 1, "{text}");
    assert_eq!(count("span place root Error { description: \"the card was declined\" }"), 1, "{text}");
    assert!(count("collected backstage.plugin.orders.orders.placed 1") >= 2, "ok and error: {text}");
}
