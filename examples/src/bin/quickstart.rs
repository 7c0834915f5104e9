//! The first use of the toolkit in a crate of one's own, as the README shows it: `cargo run --bin quickstart`.

#![expect(unreachable_pub, reason = "as a library would write it")]
#![cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "a first use is short"))]

use telemetry_runtime::{backstage_plugin, metric, traced};

#[backstage_plugin(id = "todos")]
mod todos {
    use super::*;

    /// Adds an item.
    #[traced(attributes(todo.length = text.len()))]
    #[metric(counter("items.added", unit = "{item}"), histogram = "adding.duration")]
    pub fn add(text: &str) -> Result<(), String> {
        if text.is_empty() { Err("an item needs a text".to_owned()) } else { Ok(()) }
    }
}

#[telemetry_runtime::main]
fn main() -> Result<(), String> {
    todos::add("water the plants")?;
    let _ = todos::add("");
    println!("http://127.0.0.1:9464/metrics; press Enter to stop");
    std::io::stdin().read_line(&mut String::new()).map(drop).map_err(|error| error.to_string())
}
