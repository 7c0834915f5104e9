//! What is refused before any key is read: the form of the files.

use std::path::PathBuf;

use super::super::{Sources, load};
use super::{Setup, assert_errors};

#[test]
fn wrong_yaml_names_its_place() {
    let errors = Setup::yaml("telemetry:\n  enabled: [true\nbackend: 1\n").errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("app-config.yaml:3:8: not valid YAML: "), "{errors:?}");
}

#[test]
fn a_duplicate_key_names_both_places() {
    assert_errors(
        "telemetry:\n  enabled: true\n  enabled: false\n",
        &["app-config.yaml:3:3: duplicate key `enabled`, first at app-config.yaml:2:3"],
    );
}

#[test]
fn anchors_aliases_and_tags_are_refused() {
    assert_errors(
        "a: &anchor 1\n",
        &["app-config.yaml:1:4: YAML anchors (`&name`) are not read; repeat the value"],
    );
    assert_errors("a: !secret 1\n", &["app-config.yaml:1:4: YAML tags (`!secret`) are not read"]);
    assert_errors("? [a]\n: 1\n", &["app-config.yaml:1:3: a key must be plain text"]);
}

#[test]
fn a_second_document_is_refused() {
    assert_errors(
        "telemetry: {}\n---\nbackend: {}\n",
        &["app-config.yaml:2:1: a second YAML document; keep one per file"],
    );
}

#[test]
fn deep_nesting_is_refused_at_once() {
    for open in ["[", "{a: ", "- "] {
        let errors = Setup::yaml(&format!("a:\n  {}", open.repeat(100_000))).errors();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("app-config.yaml:2:"), "{errors:?}");
    }
}

#[test]
fn long_and_binary_files_are_refused() {
    let errors = Setup::yaml(&"#".repeat(1024 * 1024 + 1)).errors();
    assert_eq!(errors, ["app-config.yaml: is longer than 1 MiB"]);
    let setup = Setup::new();
    std::fs::write(setup.folder.path().join("app-config.yaml"), b"a: 1\nb: \xff\n").unwrap();
    assert_eq!(setup.errors(), ["app-config.yaml: is not UTF-8 text (line 2)"]);
}

#[test]
fn an_empty_file_and_a_null_section_say_nothing() {
    for text in ["", "# nothing\n", "---\n", "telemetry:\n", "\u{feff}telemetry: {}\n", "backend: null\n"] {
        assert_eq!(Setup::yaml(text).config(), super::Config::default(), "{text:?}");
    }
}

#[test]
fn a_file_holds_keys() {
    assert_errors("- a\n", &["app-config.yaml:1:1: expected keys and values"]);
    assert_errors("text\n", &["app-config.yaml:1:1: expected keys and values"]);
}

#[test]
fn a_file_that_is_named_must_exist() {
    let setup = Setup::yaml("telemetry: { enabled: false }\n");
    let sources = Sources {
        files: Some(vec![PathBuf::from("app-config.yaml"), PathBuf::from("absent.yaml")]),
        ..setup.sources()
    };
    let error = load(&sources).unwrap_err().to_string();
    assert!(setup.relative(&error).starts_with("absent.yaml: cannot be opened: "), "{error}");
}

#[test]
fn named_files_replace_the_default_ones() {
    let setup = Setup::yaml("telemetry: { enabled: false }\n")
        .file("other.yaml", "telemetry: { resource: { serviceName: x } }\n");
    let sources = Sources { files: Some(vec![PathBuf::from("other.yaml")]), ..setup.sources() };
    let config = load(&sources).unwrap().config;
    assert!(config.telemetry.enabled);
    assert_eq!(config.telemetry.resource.service_name, "x");
}

#[test]
fn other_sections_are_left_alone() {
    let text = "catalog: { providers: { $whatever: 1 }, token: \"${ABSENT}\" }\nbackend: { database: { $file: absent } }\n";
    assert_eq!(Setup::yaml(text).config(), super::Config::default());
}

#[test]
fn a_section_that_is_almost_ours_is_noticed() {
    assert_eq!(
        Setup::yaml("telemtry: {}\n").notices(),
        ["app-config.yaml:1:1: `telemtry` is not a section that is read (nearest: `telemetry`)"]
    );
}

/// Damaged files are refused or read, at once and without a panic.
#[test]
fn no_damage_to_a_file_is_a_panic() {
    const SAMPLE: &str = "\
telemetry:
  resource: { serviceName: 'a', attributes: { \"k\": ${V:-x} } }
  metrics:
    exporters:
      - type: otlp
        config: { endpoint: http://h:1/p, headers: { a: $${b} } }
      - { type: prometheus, config: { $include: x.yaml#a.b } }
  tracing: { sampler: { type: traceidratio, ratio: 0.5 } } # end
";
    const PIECES: &[&str] = &[
        "", "\n", "  ", "- ", "? ", ": ", "&a ", "*a", "!t ", "|\n", ">-\n", "[", "{", "}", "${", "'", "\"",
        "\t", "%", "\u{feff}", "\0",
    ];
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        // Knuth's generator: the same damage in every run.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let setup = Setup::new().variable("OTEL_CONFIG_FILE", "");
    let other = Setup::new().variable("OTEL_CONFIG_FILE", "otel.yaml");
    for round in 0..2 * ROUNDS {
        let (setup, name, sample) = match round % 2 {
            0 => (&setup, "app-config.yaml", SAMPLE),
            _ => (&other, "otel.yaml", super::declarative::EVERYTHING),
        };
        let path = setup.folder.path().join(name);
        let mut text = sample.to_owned();
        for _ in 0..=random(3) {
            let start = random(text.len());
            let end = (start + random(4)).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, PIECES[random(PIECES.len())]);
            }
        }
        std::fs::write(&path, &text).expect("a written file");
        // Either is right; that it returns is the claim.
        let _ = load(&setup.sources());
    }
}

const ROUNDS: usize = 1000;
