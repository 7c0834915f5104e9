//! Exporters: the only place that names exporter crates.
