//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// A small Backstage-like backend: reads a catalog folder, keeps it up to date, and shows what it does as metrics and
/// traces.
#[derive(Debug, Parser)]
#[command(name = "backend", version)]
pub struct Args {
    /// The folder of catalog files
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/catalog"), hide_default_value = true)]
    pub catalog: PathBuf,

    /// Configuration files; later ones win [default: app-config.yaml and app-config.local.yaml, where they are]
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub config: Vec<PathBuf>,

    /// Make one pass over the catalog, print what came of it, and exit
    #[arg(long)]
    pub once: bool,

    /// Print the configuration in effect with the origin of each value, secrets masked, and exit
    #[arg(long)]
    pub print_config: bool,

    /// The port of the metrics endpoint, 0 for a free one [default: 9464, or as configured]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,

    /// The port of the HTTP API, 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = 7007)]
    pub api_port: u16,

    /// Seconds until a document is processed again
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..))]
    interval: u64,
}

impl Args {
    /// How long a processed document rests.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval)
    }
}
