//! OpenTelemetry's current context beside our own.
