//! Row 19: an `app-config.yaml` that wants to hurt, or is something else.

use it::process;

use crate::figures::{Size, row};

const CANARY: &str = "canary-7f3a19";

struct Case {
    name: &'static str,
    yaml: String,
    /// What the first line of the answer must contain; without anything the file must be taken.
    expected: &'static str,
}

fn case(name: &'static str, yaml: impl Into<String>, expected: &'static str) -> Case {
    Case { name, yaml: yaml.into(), expected }
}

/// Ten levels of ten references each.
fn bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        let (level, members) = (level.to_string(), vec![before; 10].join(", "));
        text += &["a", &level, ": &a", &level, " [", &members, "]\n"].concat();
    }
    text + "telemetry: *a9\n"
}

/// So many keys, one on each line.
fn keys(number: usize, indent: &str) -> String {
    (0..number).map(|number| format!("{indent}key{number}: v\n")).collect::<Vec<_>>().concat()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let mut long = "telemetry:\n  enabled: true\n".to_owned();
    long += &"# x\n".repeat((1 << 20) / 4 + 1);
    let others = keys(40_000, "");
    let many = keys(40_000, "    ");
    vec![
        case("more than 1 MiB", long, "app-config.yaml: is longer than 1 MiB"),
        case("a bomb of 10^10", bomb(), "app-config.yaml:1:"),
        case("200,000 deep, lists", "[".repeat(200_000), "app-config.yaml:1:"),
        case("200,000 deep, mappings", "{a: ".repeat(200_000), "app-config.yaml:1:"),
        case("200,000 deep, blocks", deep_blocks(), "app-config.yaml:"),
        case(
            "duplicate keys",
            "telemetry:\n  enabled: true\n  enabled: false\n",
            "app-config.yaml:3:3: duplicate key `enabled`, first at app-config.yaml:2:3",
        ),
        case(
            "a wrong type",
            "telemetry:\n  metrics: [1]\n",
            "app-config.yaml:2:12: telemetry.metrics: expected keys and values",
        ),
        case(
            "an unknown key",
            "telemetry:\n  metrcs: {}\n",
            "app-config.yaml:2:3: telemetry.metrcs: unknown key (nearest: `metrics`)",
        ),
        case(
            "40,000 unknown keys",
            format!("telemetry:\n  metrics:\n{many}"),
            "app-config.yaml:3:5: telemetry.metrics.key0: unknown key",
        ),
        case("40,000 keys of others", others, ""),
        case("a list for the whole", "- telemetry\n", "app-config.yaml:1:1: expected keys and values"),
        case(
            "two documents",
            "telemetry: {}\n---\ntelemetry: {}\n",
            "app-config.yaml:2:1: a second YAML document",
        ),
        case("a tag", "telemetry: !!binary aGk=\n", ": telemetry: expected keys and values"),
        case(
            "a tag of its own",
            "telemetry: !evil {}\n",
            "app-config.yaml:1:12: YAML tags (`!evil`) are not read",
        ),
        case("not closed", "telemetry: { enabled: 'true\n", "app-config.yaml:"),
        case("tabs", "telemetry:\n\tenabled: true\n", "app-config.yaml:2:"),
        case(
            "a secret as a number",
            "telemetry: { metrics: { cardinalityLimit: '${SECRET}' } }",
            ": telemetry.metrics.cardinalityLimit: expected a whole number",
        ),
        case(
            "a secret as a choice",
            "telemetry: { tracing: { sampler: { type: '${SECRET}' } } }",
            ": telemetry.tracing.sampler.type: expected one of",
        ),
        case(
            "a secret as an endpoint",
            "telemetry: { tracing: { exporters: [ { type: otlp, config: { endpoint: 'http://u:${SECRET}@h' } } ] } }",
            ": telemetry.tracing.exporters[0].config.endpoint: a URL with a user",
        ),
        case("what ${} holds is no YAML", "telemetry: { resource: { serviceName: '${YAML}' } }", ""),
        case("what ${} holds is not expanded", "telemetry: { resource: { serviceName: '${NESTED}' } }", ""),
        case("`$${` is `${`", "telemetry: { resource: { serviceName: '$${SECRET}' } }", ""),
        case(
            "a default",
            "telemetry: { enabled: '${UNSET:-perhaps}' }",
            ": telemetry.enabled: expected `true` or `false`",
        ),
        case(
            "a variable that is not closed",
            "telemetry: { enabled: '${SECRET' }",
            ": telemetry.enabled: expected `true` or `false`",
        ),
        case(
            "a file that includes itself",
            "telemetry: { $include: 'app-config.yaml#telemetry' }",
            ": more than 16 files include one another",
        ),
        case(
            "a file that is not there",
            "telemetry: { resource: { serviceName: { $file: absent } } }",
            "absent cannot be opened",
        ),
        case(
            "an endless file",
            "telemetry: { resource: { serviceName: { $file: /dev/zero } } }",
            "/dev/zero is longer than 1 MiB",
        ),
        case(
            "an entity",
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: artist-web\nspec: { type: website }\n",
            "",
        ),
        case(
            "a template",
            "kind: Template\nspec:\n  steps:\n    - input: { url: '${{ parameters.repoUrl }}' }\n",
            "",
        ),
        case(
            "entities, one after the other",
            "kind: Group\n---\nkind: User\n",
            "app-config.yaml:2:1: a second YAML document",
        ),
    ]
}

/// Each line one deeper than the one before, up to what a file may hold.
fn deep_blocks() -> String {
    (0..1_300).map(|depth| format!("{:depth$}a:\n", "")).collect::<Vec<_>>().concat()
}

#[test]
fn row_19_a_file_is_read_or_refused_at_once_by_its_place() {
    let (mut slowest, mut largest) = ((0_u64, ""), (0_u64, ""));
    let cases = cases();
    for Case { name, yaml, expected } in &cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("app-config.yaml"), yaml).expect("a written file");
        let output = process::command(env!("CARGO_BIN_EXE_explained"))
            .current_dir(folder.path())
            .env("SECRET", CANARY)
            .env("YAML", "a\nenabled: false")
            .env("NESTED", "${SECRET}")
            .output();
        let output = output.expect("the program runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}");
        assert!(!said.contains(CANARY) && !errors.contains(CANARY), "{name}: {said}{errors}");
        let mut lines: Vec<&str> = said.lines().collect();
        let figures = lines.pop().expect("figures");
        let first = lines.first().copied().unwrap_or_default();
        assert!(first.contains(expected) && first.is_empty() == expected.is_empty(), "{name}: {first}");
        assert!(first.is_empty() || first.starts_with("app-config.yaml:"), "{name}: {first}");
        let (time, memory) = figures.split_once(' ').expect("two figures");
        slowest = slowest.max((time.parse().expect("a time"), name));
        largest = largest.max((memory.parse().expect("a size"), name));
    }
    let limit = Size::of_run().pick(60_000_000, 100_000);
    assert!(slowest.0 <= limit, "{} takes {} us", slowest.1, slowest.0);
    assert!(largest.0 <= 32 * 1024, "{} takes {} KiB", largest.1, largest.0);
    row(
        19,
        format_args!(
            "{} files, each refused by file, line and key or taken; slowest {} us ({}), most memory {} KiB ({})",
            cases.len(),
            slowest.0,
            slowest.1,
            largest.0,
            largest.1
        ),
    );
}
