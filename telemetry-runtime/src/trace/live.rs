//! The tracers of `opentelemetry::global`: they follow the telemetry that runs.
//!
//! A tracer of the SDK belongs to its provider, and makes nothing once that was shut down. So what third-party code gets and
//! keeps are tracers of ours, which ask for the SDK's when a span starts: one that was taken before the start, or before a
//! restart, works after it. Without telemetry they pass the parent on, as OpenTelemetry's own do without an SDK.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

use opentelemetry::trace::{Span, SpanBuilder, SpanContext, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{self as sdk, SdkTracer, SdkTracerProvider};

use super::install;
use crate::context::slot::{self, Slot};

/// The SDK's provider that spans come from now.
static PROVIDER: RwLock<Option<SdkTracerProvider>> = RwLock::new(None);

/// Counts the changes of [`PROVIDER`], so that a tracer notices that it holds an old one.
static GENERATION: AtomicU64 = AtomicU64::new(1);

/// Has all tracers make spans with `provider` from now on, or none.
pub(crate) fn set_tracer_provider(provider: Option<SdkTracerProvider>) {
    let mut current = PROVIDER.write().unwrap_or_else(PoisonError::into_inner);
    *current = provider;
    GENERATION.fetch_add(1, Ordering::Release);
}

/// The provider for `opentelemetry::global`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LiveTracerProvider;

impl TracerProvider for LiveTracerProvider {
    type Tracer = LiveTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> LiveTracer {
        LiveTracer { scope, bound: RwLock::new((0, None)) }
    }
}

#[derive(Debug)]
pub(crate) struct LiveTracer {
    scope: InstrumentationScope,
    /// The SDK's tracer, and the generation it is of.
    bound: RwLock<(u64, Option<SdkTracer>)>,
}

impl LiveTracer {
    fn bound(&self) -> Option<SdkTracer> {
        let generation = GENERATION.load(Ordering::Acquire);
        {
            let bound = self.bound.read().unwrap_or_else(PoisonError::into_inner);
            if bound.0 == generation {
                return bound.1.clone();
            }
        }
        let provider = PROVIDER.read().unwrap_or_else(PoisonError::into_inner);
        let tracer = provider.as_ref().map(|provider| provider.tracer_with_scope(self.scope.clone()));
        // Under the lock of the provider, so that both belong together.
        let generation = GENERATION.load(Ordering::Acquire);
        *self.bound.write().unwrap_or_else(PoisonError::into_inner) = (generation, tracer.clone());
        tracer
    }
}

impl Tracer for LiveTracer {
    type Span = LiveSpan;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> LiveSpan {
        if let Some(tracer) = self.bound() {
            let exact = slot::exact(parent);
            return LiveSpan::Sdk(tracer.build_with_context(builder, exact.as_ref().unwrap_or(parent)));
        }
        install::count_if_early();
        let ours = slot::behind(parent).map(Slot::span_context);
        LiveSpan::Passing(ours.unwrap_or_else(|| parent.span().span_context().clone()))
    }
}

/// A span of the SDK, or one that only stands for its parent.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "OpenTelemetry boxes every span of a global tracer")]
pub(crate) enum LiveSpan {
    Sdk(sdk::Span),
    Passing(SpanContext),
}

impl LiveSpan {
    fn sdk(&mut self) -> Option<&mut sdk::Span> {
        match self {
            Self::Sdk(span) => Some(span),
            Self::Passing(_) => None,
        }
    }
}

impl Span for LiveSpan {
    fn add_event_with_timestamp<T>(&mut self, name: T, timestamp: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(span) = self.sdk() {
            span.add_event_with_timestamp(name, timestamp, attributes);
        }
    }

    fn span_context(&self) -> &SpanContext {
        match self {
            Self::Sdk(span) => span.span_context(),
            Self::Passing(parent) => parent,
        }
    }

    fn is_recording(&self) -> bool {
        matches!(self, Self::Sdk(span) if span.is_recording())
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        if let Some(span) = self.sdk() {
            span.set_attribute(attribute);
        }
    }

    fn set_status(&mut self, status: Status) {
        if let Some(span) = self.sdk() {
            span.set_status(status);
        }
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(span) = self.sdk() {
            span.update_name(name);
        }
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        if let Some(span) = self.sdk() {
            span.add_link(span_context, attributes);
        }
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        if let Some(span) = self.sdk() {
            span.end_with_timestamp(timestamp);
        }
    }
}
