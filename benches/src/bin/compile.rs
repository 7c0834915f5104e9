//! What annotated functions cost the compiler, beside the peers' attributes in the same run.
//!
//! What is measured is the processor time of the compiler, so that another load on the machine counts for little; the least of
//! several rounds stands, and the crates take turns within a round.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Functions in a crate.
const FUNCTIONS: usize = 500;

/// Rounds of which the least time stands.
const ROUNDS: usize = 5;

/// A toolkit: its name, its dependency, and its attribute for a function. Each makes two crates, which both depend on it:
/// one of annotated functions and one of the same functions as they are, so that the dependency itself does not count.
struct Toolkit {
    name: &'static str,
    dependency: &'static str,
    attribute: &'static str,
}

const TOOLKITS: [Toolkit; 3] = [
    Toolkit {
        name: "ours",
        dependency: "telemetry-runtime = { path = \"RUNTIME\", default-features = false }",
        attribute: "#[telemetry_runtime::traced]",
    },
    Toolkit {
        name: "fastrace",
        dependency: "fastrace = { version = \"=0.7.19\", features = [\"enable\"] }",
        attribute: "#[fastrace::trace]",
    },
    Toolkit {
        name: "tracing",
        dependency: "tracing = \"=0.1.44\"",
        attribute: "#[tracing::instrument(skip_all)]",
    },
];

impl Toolkit {
    /// The crate of annotated functions, and that of plain ones.
    fn crates(&self) -> [String; 2] {
        [format!("with_{}", self.name), format!("with_{}_plain", self.name)]
    }
}

/// What is measured of a crate.
#[derive(Clone, Copy, PartialEq)]
enum Job {
    Check,
    Debug,
    Release,
}

impl Job {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Check, "cargo check"), (Self::Debug, "debug build"), (Self::Release, "release build")];

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Check => &["check"],
            Self::Debug => &["build"],
            Self::Release => &["build", "--release"],
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/compile");
    write_workspace(&root)?;
    println!(
        "{FUNCTIONS} functions: what their attributes add, in seconds of processor time (least of {ROUNDS} rounds)"
    );
    println!(
        "{:16}{:>8}{:>10}{:>9}{:>15}{:>14}",
        "", "ours", "fastrace", "tracing", "ours/fastrace", "ours/tracing"
    );
    for (job, label) in Job::ALL {
        let [ours, fastrace, tracing] = measure(&root, job)?;
        println!(
            "{label:16}{ours:8.2}{fastrace:10.2}{tracing:9.2}{:15.2}{:14.2}",
            ours / fastrace,
            ours / tracing
        );
    }
    let mut bytes = [0; 3];
    for (toolkit, bytes) in TOOLKITS.iter().zip(&mut bytes) {
        let [annotated, plain] = toolkit.crates();
        *bytes = (code(&root, &annotated)? - code(&root, &plain)?) / FUNCTIONS;
    }
    let [ours, fastrace, tracing] = bytes;
    println!("bytes of release code a function: ours {ours}, fastrace {fastrace}, tracing {tracing}");
    Ok(())
}

/// What the attributes of each toolkit add.
fn measure(root: &Path, job: Job) -> Result<[f64; 3], Box<dyn Error>> {
    let mut least = [[f64::INFINITY; 2]; 3];
    // The first round builds the dependencies too.
    for round in 0..=ROUNDS {
        for (toolkit, least) in TOOLKITS.iter().zip(&mut least) {
            for (name, least) in toolkit.crates().iter().zip(least) {
                let source = root.join(name).join("src/lib.rs");
                fs::write(&source, fs::read(&source)?)?;
                let before = processor_time()?;
                cargo(root, job, &["-p", name])?;
                if round > 0 {
                    *least = least.min(processor_time()? - before);
                }
            }
        }
    }
    Ok(least.map(|[annotated, plain]| annotated - plain))
}

fn cargo(root: &Path, job: Job, packages: &[&str]) -> Result<(), Box<dyn Error>> {
    let status = Command::new(env!("CARGO"))
        .args(job.arguments())
        .args(packages)
        .arg("--quiet")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", root.join("target"))
        .current_dir(root)
        .stdout(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err("a crate does not compile".into()) }
}

/// The processor time of all finished children of this process, in seconds.
fn processor_time() -> Result<f64, Box<dyn Error>> {
    // proc(5): the fields after the name in parentheses; `cutime` and `cstime` are the 14th and 15th of them, in ticks of
    // 1/100 s.
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("no name")?.1.split_whitespace().collect();
    let ticks = fields[13].parse::<f64>()? + fields[14].parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// The bytes of code in a release library.
fn code(root: &Path, name: &str) -> Result<usize, Box<dyn Error>> {
    let library = root.join(format!("target/release/lib{name}.rlib"));
    let sizes = Command::new("size").arg(&library).output()?;
    // Berkeley format: text, data, bss, dec, hex, filename; one line an object.
    let text = String::from_utf8(sizes.stdout)?;
    let objects = text.lines().filter(|line| line.contains(".rcgu.o"));
    let bytes = objects.filter_map(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    Ok(bytes.sum())
}

fn write_workspace(root: &Path) -> Result<(), Box<dyn Error>> {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../telemetry-runtime");
    let names: Vec<String> = TOOLKITS.iter().flat_map(Toolkit::crates).collect();
    fs::create_dir_all(root)?;
    let profile = "[profile.release]\ncodegen-units = 1\n";
    fs::write(
        root.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n{profile}"),
    )?;
    for toolkit in &TOOLKITS {
        let dependency = toolkit.dependency.replace("RUNTIME", &runtime.to_string_lossy());
        for (name, attribute) in toolkit.crates().iter().zip([toolkit.attribute, ""]) {
            let folder = root.join(name);
            fs::create_dir_all(folder.join("src"))?;
            let package = format!("name = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"");
            fs::write(
                folder.join("Cargo.toml"),
                format!("[package]\n{package}\n\n[dependencies]\n{dependency}\n"),
            )?;
            fs::write(folder.join("src/lib.rs"), source(attribute))?;
        }
    }
    Ok(())
}

/// The functions: an equal number of each of four kinds.
fn source(attribute: &str) -> String {
    let mut text = String::from(
        "#![allow(unused_braces)]\n\n\
        use std::num::ParseIntError;\n\n\
        fn poll<F: Future>(mut future: std::pin::Pin<Box<F>>, task: &mut std::task::Context<'_>) -> bool {\n    \
        future.as_mut().poll(task).is_ready()\n}\n\n",
    );
    for number in 0..FUNCTIONS {
        let (word, output, body) = match number % 4 {
            0 => ("", "usize", "text.len() + NUMBER".to_owned()),
            1 => (
                "",
                "Result<usize, ParseIntError>",
                "let n: usize = text.parse()?; Ok(n + NUMBER)".to_owned(),
            ),
            2 => ("async ", "usize", format!("f{}(text) + NUMBER", number - 2)),
            _ => (
                "async ",
                "Result<usize, ParseIntError>",
                format!("let n = f{}(text).await; Ok(text.parse::<usize>()? + n)", number - 1),
            ),
        };
        let body = body.replace("NUMBER", &number.to_string());
        writeln!(text, "{attribute}\npub {word}fn f{number}(text: &str) -> {output} {{ {body} }}\n")
            .expect("a string grows");
    }
    // Code is made of a future where it is polled.
    text.push_str(
        "pub fn poll_all(text: &str, task: &mut std::task::Context<'_>) -> usize {\n    let mut ready = 0;\n",
    );
    for number in (0..FUNCTIONS).filter(|number| number % 4 >= 2) {
        writeln!(text, "    ready += usize::from(poll(Box::pin(f{number}(text)), task));")
            .expect("a string grows");
    }
    text.push_str("    ready\n}\n");
    text
}
