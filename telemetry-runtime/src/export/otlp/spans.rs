//! Spans as OTLP messages.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::encode::{Group, Request, split_groups};
use crate::export::sink::Receipt;

/// The request for a batch.
pub(super) fn request(batch: Vec<SpanData>, resource: &Resource) -> ExportTraceServiceRequest {
    let resource = ResourceAttributesWithSchema::from(resource);
    ExportTraceServiceRequest { resource_spans: group_spans_by_resource_and_scope(batch, &resource) }
}

/// What a response says; nothing where it cannot be read, because the request was taken.
pub(super) fn receipt(response: &[u8]) -> Receipt {
    let partial =
        ExportTraceServiceResponse::decode(response).ok().and_then(|response| response.partial_success);
    partial.map_or_else(Receipt::default, |partial| Receipt {
        rejected: partial.rejected_spans.try_into().unwrap_or(0),
        message: partial.error_message,
    })
}

impl Request for ExportTraceServiceRequest {
    fn units(&self) -> usize {
        self.resource_spans.iter().flat_map(|resource| &resource.scope_spans).map(Group::len).sum()
    }

    fn split(&mut self) -> Option<Self> {
        // A batch has one resource.
        let first = self.resource_spans.first_mut()?;
        let second = ResourceSpans {
            scope_spans: split_groups(&mut first.scope_spans)?,
            resource: first.resource.clone(),
            schema_url: first.schema_url.clone(),
        };
        Some(Self { resource_spans: vec![second] })
    }
}

impl Group for ScopeSpans {
    fn len(&self) -> usize {
        self.spans.len()
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self {
            scope: self.scope.clone(),
            spans: self.spans.split_off(at),
            schema_url: self.schema_url.clone(),
        }
    }
}
