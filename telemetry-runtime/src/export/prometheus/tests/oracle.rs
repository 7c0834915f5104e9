//! Expositions of hostile snapshots, judged by the parsers of Prometheus itself.

use std::env;
use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// Small numbers in an order that a seed decides (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.roll(choices.len())]
    }

    /// A word that is nasty as often as not.
    fn word(&mut self) -> String {
        const WORDS: &[&str] = &[
            "",
            "_",
            "__name__",
            "__x__",
            "le",
            "quantile",
            "job",
            "1st",
            "a:b",
            ":",
            "a.b",
            "a-b",
            "a_b",
            "total",
            "a.total",
            "a.count",
            "a.bucket",
            "a.created",
            "a.info",
            "target",
            "target_info",
            "otel_scope_name",
            "NaN",
            "a\"} 1\nevil 1\n#",
            "# EOF",
            "{}",
            "\\",
            "seconds",
        ];
        const CHARACTERS: &[char] = &[
            'a', 'Z', '0', '9', '_', '.', ':', '-', '/', ' ', '\t', '\n', '\r', '\0', '"', '\\', '{', '}',
            '#', '=', ',', 'é', '\u{85}', '\u{200b}', '\u{2028}', '😀', '\u{7f}', '\u{feff}',
        ];
        if self.roll(2) == 0 {
            return (*self.pick(WORDS)).to_owned();
        }
        let length = self.roll(8);
        (0..length).map(|_| *self.pick(CHARACTERS)).collect()
    }

    fn attributes(&mut self) -> Attributes {
        let mut pairs: Vec<(Cow<'static, str>, AttributeData)> = Vec::new();
        for _ in 0..self.roll(4) {
            let key = self.word();
            if pairs.iter().all(|(known, _)| *known != key) {
                let value = match self.roll(5) {
                    0 => AttributeData::Bool(true),
                    1 => AttributeData::F64(f64::NAN),
                    2 => AttributeData::Array(vec![AttributeData::String(self.word().into())]),
                    _ => AttributeData::String(self.word().into()),
                };
                pairs.push((key.into(), value));
            }
        }
        pairs.into()
    }

    fn number(&mut self) -> Number {
        *self.pick(&[
            Number::U64(0),
            Number::U64(u64::MAX),
            Number::I64(i64::MIN),
            Number::F64(-0.5),
            Number::F64(1e300),
            Number::F64(f64::NAN),
            Number::F64(f64::NEG_INFINITY),
        ])
    }

    /// Points with attribute sets of their own: equal ones are one series.
    fn numbers(&mut self) -> Vec<NumberPoint> {
        let mut points: Vec<NumberPoint> = Vec::new();
        for _ in 0..self.roll(4) {
            let attributes = self.attributes();
            if points.iter().all(|point| point.attributes != attributes) {
                points.push(NumberPoint {
                    attributes,
                    start_time: SystemTime::UNIX_EPOCH,
                    value: self.number(),
                });
            }
        }
        points
    }

    fn data(&mut self) -> MetricData {
        match self.roll(3) {
            0 => MetricData::Sum { monotonic: self.roll(2) == 0, points: self.numbers() },
            1 => MetricData::Gauge { points: self.numbers() },
            _ => {
                let bounds = self.pick(&[vec![], vec![0.5, 1e17], vec![-1.0, 0.0, 2.0]]).clone();
                let sum = *self.pick(&[0.0, -3.5, 1e300]);
                let buckets = vec![1; bounds.len() + 1];
                let mut point = histogram_point(&[], sum, &buckets);
                point.attributes = self.attributes();
                MetricData::Histogram { bounds: bounds.into(), points: vec![point] }
            }
        }
    }

    fn metric(&mut self) -> Metric {
        let units = ["", "s", "By", "1", "%", "{x}", "m/s", "°C", "By/s", "a\nb", "/", "total"];
        Metric {
            name: self.word().into(),
            description: self.word().into(),
            unit: (*self.pick(&units)).into(),
            kind: None,
            temporality: crate::metrics::Temporality::Cumulative,
            data: self.data(),
        }
    }

    fn snapshot(&mut self) -> Snapshot {
        let scope_count = 1 + self.roll(2);
        let list = (0..scope_count)
            .map(|number| {
                let scope = MeterScope {
                    name: format!("scope {number}").into(),
                    version: (self.roll(2) == 0).then(|| self.word().into()),
                    schema_url: None,
                    attributes: vec![(self.word().into(), self.word().into())],
                };
                (scope, (0..6).map(|_| self.metric()).collect())
            })
            .collect();
        scopes(list)
    }
}

fn hostile(format: Format) -> Vec<String> {
    (1..=120_u64)
        .map(|seed| {
            let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let snapshot = dice.snapshot();
            let resource = Resource::builder_empty()
                .with_attributes((0..2).map(|_| KeyValue::new(dice.word(), dice.word())))
                .build();
            encode_with(&snapshot, &resource, format).0
        })
        .collect()
}

/// A program of this name, or a printed reason to skip the test; an error where `CI` is set.
fn program(names: &[&str], works: impl Fn(&PathBuf) -> bool) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let chosen = env::var_os("PYTHON").map(PathBuf::from).filter(|_| names[0].starts_with("python"));
    let beside = env::current_exe().unwrap();
    let made = beside.ancestors().map(|folder| folder.join("ci/venv/bin")).collect::<Vec<_>>();
    let folders = made.into_iter().chain(env::split_paths(&path));
    let found = chosen
        .into_iter()
        .chain(folders.flat_map(|folder| names.iter().map(move |name| folder.join(name))))
        .find(|file| file.is_file() && works(file));
    if found.is_none() {
        let ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != OsStr::new("false"));
        let reason = format!("no usable `{}`", names[0]);
        assert!(!ci, "{reason}");
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        // Past the harness, which shows the output of failed tests only.
        writeln!(std::io::stderr(), "skipped: {test}: {reason}").unwrap();
    }
    found
}

/// Gives `input` to the command, and what it printed back where it fails.
fn judge(command: &mut Command, input: &str, accepted: &[i32]) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(accepted.contains(&output.status.code().unwrap()), "{said}\n{input}");
}

#[test]
fn promtool_accepts_every_hostile_text() {
    let Some(promtool) = program(&["promtool"], |_| true) else { return };
    for text in hostile(TEXT) {
        // 3 is its opinion on names.
        judge(Command::new(&promtool).args(["check", "metrics"]), &text, &[0, 3]);
    }
}

/// Reads expositions that end with a form feed and a line feed each.
const STRICT_PARSER: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for text in sys.stdin.buffer.read().decode().split('\\f\\n')[:-1]:
    try:
        list(text_string_to_metric_families(text))
    except Exception as error:
        sys.stderr.write(f'{error!r} in\\n{text}')
        sys.exit(1)
";

#[test]
fn the_strict_parser_accepts_every_hostile_open_metrics_text() {
    let can_import = |python: &PathBuf| {
        let status =
            Command::new(python).args(["-c", "import prometheus_client"]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let Some(python) = program(&["python3", "python"], can_import) else { return };
    let texts = hostile(OPEN_METRICS).join("\u{c}\n") + "\u{c}\n";
    judge(Command::new(&python).args(["-c", STRICT_PARSER]), &texts, &[0]);
}
