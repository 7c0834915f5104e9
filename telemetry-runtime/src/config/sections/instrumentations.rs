//! `telemetry.instrumentations`: switches by name.

use super::super::draft::Draft;
use super::super::json::Json;
use super::super::keys::{Kind, Shown};
use super::super::kinds::Switch;
use super::super::read::{Value, join, known};

/// The adapters of `telemetry-instrumentation`.
const INSTRUMENTATIONS: &[&str] = &["http", "logs", "process", "sqlx", "tracing"];

/// Instrumentations of Node libraries, which a configuration that was written for the original may switch.
const NODE_INSTRUMENTATIONS: &[&str] = &[
    "amqplib",
    "aws-lambda",
    "aws-sdk",
    "bunyan",
    "cassandra-driver",
    "connect",
    "cucumber",
    "dataloader",
    "dns",
    "express",
    "fastify",
    "fs",
    "generic-pool",
    "graphql",
    "grpc",
    "hapi",
    "ioredis",
    "kafkajs",
    "knex",
    "koa",
    "lru-memoizer",
    "memcached",
    "mongodb",
    "mongoose",
    "mysql",
    "mysql2",
    "nestjs-core",
    "net",
    "openai",
    "oracledb",
    "pg",
    "pino",
    "redis",
    "redis-4",
    "restify",
    "router",
    "runtime-node",
    "socket.io",
    "tedious",
    "undici",
    "winston",
];

/// The switches. One of a Node library is noticed and has no effect.
pub(super) struct Instrumentations;

/// What exists here: what comes with the toolkit, and what the program registered.
fn existing(draft: &Draft) -> Vec<&str> {
    let registered = draft.instrumentations.iter().map(String::as_str);
    INSTRUMENTATIONS.iter().copied().chain(registered).collect()
}

impl Kind<Draft> for Instrumentations {
    fn read(&self, value: &Value<'_>, target: &mut Draft) {
        let existing = existing(target);
        let mut switches = Vec::new();
        for (name, value) in value.entries() {
            let Some(switch) = value.boolean() else { continue };
            if existing.contains(&name) {
                switches.push((name.to_owned(), switch));
                value.found();
            } else if NODE_INSTRUMENTATIONS.contains(&name) {
                value.key_notice("a Node library, which has no counterpart here; the switch has no effect");
            } else {
                value.key_problem(format_args!("unknown instrumentation ({})", known(name, &existing)));
            }
        }
        target.config.telemetry.instrumentations.extend(switches);
    }

    fn schema(&self, default: &Draft) -> Json {
        let switch = Kind::<bool>::schema(&Switch, &true);
        let names = existing(default).into_iter();
        let switches = names.map(|name| (name.to_owned(), switch.clone()));
        // Known, and not what an editor should offer.
        let node = format!("^({})$", NODE_INSTRUMENTATIONS.join("|").replace('.', "\\."));
        Json::object([
            ("type", Json::List(vec![Json::text("object"), Json::text("null")])),
            ("properties", Json::Object(switches.collect())),
            ("patternProperties", Json::Object(vec![(node, switch)])),
            ("additionalProperties", Json::Boolean(false)),
        ])
    }

    fn show(&self, path: &str, target: &Draft) -> Shown {
        let entry = |(name, switch): (&String, &bool)| {
            (name.clone(), Kind::<bool>::show(&Switch, &join(path, name), switch))
        };
        Shown::Map(target.config.telemetry.instrumentations.iter().map(entry).collect())
    }
}
