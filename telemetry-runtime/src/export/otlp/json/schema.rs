//! OTLP's messages: of each field the number, the name in JSON, and the kind.
//!
//! A test holds this list against the descriptors that the crate `opentelemetry-proto` publishes, field by field.

/// A kind of message.
#[derive(Debug)]
pub(in super::super) struct Message {
    pub(super) fields: &'static [Field],
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    /// Below 32.
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) label: Label,
}

/// How often a field stands in a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Label {
    Optional,
    Repeated,
    /// Any number of times, and as an empty list where it does not: some readers take the message for wrong without it.
    RepeatedOrEmpty,
}

impl Field {
    pub(super) const fn is_repeated(&self) -> bool {
        !matches!(self.label, Label::Optional)
    }
}

/// What a field holds, by the names of Protobuf.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    /// The bytes of a trace or span id.
    Id,
    Bytes,
    Bool,
    Double,
    Fixed32,
    Fixed64,
    SFixed64,
    Int32,
    Int64,
    UInt32,
    UInt64,
    SInt32,
    Enum,
    Message(&'static Message),
}

use Kind::{
    Bool, Bytes, Double, Enum, Fixed32, Fixed64, Id, Int32, Int64, SFixed64, SInt32, Text, UInt32, UInt64,
};

impl Kind {
    /// Whether several of them stand behind one key.
    pub(super) const fn is_packed(self) -> bool {
        !matches!(self, Text | Id | Bytes | Self::Message(_))
    }
}

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, label: Label::Optional }
}

const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, label: Label::Repeated }
}

const fn message(number: u32, name: &'static str, message: &'static Message) -> Field {
    one(number, name, Kind::Message(message))
}

const fn messages(number: u32, name: &'static str, message: &'static Message) -> Field {
    many(number, name, Kind::Message(message))
}

pub(in super::super) static EXPORT_TRACES: Message =
    Message { fields: &[messages(1, "resourceSpans", &RESOURCE_SPANS)] };

pub(in super::super) static EXPORT_METRICS: Message =
    Message { fields: &[messages(1, "resourceMetrics", &RESOURCE_METRICS)] };

#[cfg(any(feature = "otlp-logs", test))]
pub(in super::super) static EXPORT_LOGS: Message =
    Message { fields: &[messages(1, "resourceLogs", &RESOURCE_LOGS)] };

static KEY_VALUE: Message =
    Message { fields: &[one(1, "key", Text), message(2, "value", &ANY_VALUE), one(3, "keyStrindex", Int32)] };

static ANY_VALUE: Message = Message {
    fields: &[
        one(1, "stringValue", Text),
        one(2, "boolValue", Bool),
        one(3, "intValue", Int64),
        one(4, "doubleValue", Double),
        message(5, "arrayValue", &ARRAY_VALUE),
        message(6, "kvlistValue", &KEY_VALUE_LIST),
        one(7, "bytesValue", Bytes),
        one(8, "stringValueStrindex", Int32),
    ],
};

static ARRAY_VALUE: Message = Message { fields: &[messages(1, "values", &ANY_VALUE)] };

static KEY_VALUE_LIST: Message = Message { fields: &[messages(1, "values", &KEY_VALUE)] };

static RESOURCE: Message = Message {
    fields: &[
        messages(1, "attributes", &KEY_VALUE),
        one(2, "droppedAttributesCount", UInt32),
        messages(3, "entityRefs", &ENTITY_REF),
    ],
};

static ENTITY_REF: Message = Message {
    fields: &[
        one(1, "schemaUrl", Text),
        one(2, "type", Text),
        many(3, "idKeys", Text),
        many(4, "descriptionKeys", Text),
    ],
};

static SCOPE: Message = Message {
    fields: &[
        one(1, "name", Text),
        one(2, "version", Text),
        messages(3, "attributes", &KEY_VALUE),
        one(4, "droppedAttributesCount", UInt32),
    ],
};

static RESOURCE_SPANS: Message = Message {
    fields: &[
        message(1, "resource", &RESOURCE),
        messages(2, "scopeSpans", &SCOPE_SPANS),
        one(3, "schemaUrl", Text),
    ],
};

static SCOPE_SPANS: Message = Message {
    fields: &[message(1, "scope", &SCOPE), messages(2, "spans", &SPAN), one(3, "schemaUrl", Text)],
};

static SPAN: Message = Message {
    fields: &[
        one(1, "traceId", Id),
        one(2, "spanId", Id),
        one(3, "traceState", Text),
        one(4, "parentSpanId", Id),
        one(5, "name", Text),
        one(6, "kind", Enum),
        one(7, "startTimeUnixNano", Fixed64),
        one(8, "endTimeUnixNano", Fixed64),
        messages(9, "attributes", &KEY_VALUE),
        one(10, "droppedAttributesCount", UInt32),
        messages(11, "events", &EVENT),
        one(12, "droppedEventsCount", UInt32),
        messages(13, "links", &LINK),
        one(14, "droppedLinksCount", UInt32),
        message(15, "status", &STATUS),
        one(16, "flags", Fixed32),
    ],
};

static EVENT: Message = Message {
    fields: &[
        one(1, "timeUnixNano", Fixed64),
        one(2, "name", Text),
        messages(3, "attributes", &KEY_VALUE),
        one(4, "droppedAttributesCount", UInt32),
    ],
};

static LINK: Message = Message {
    fields: &[
        one(1, "traceId", Id),
        one(2, "spanId", Id),
        one(3, "traceState", Text),
        messages(4, "attributes", &KEY_VALUE),
        one(5, "droppedAttributesCount", UInt32),
        one(6, "flags", Fixed32),
    ],
};

static STATUS: Message = Message { fields: &[one(2, "message", Text), one(3, "code", Enum)] };

static RESOURCE_METRICS: Message = Message {
    fields: &[
        message(1, "resource", &RESOURCE),
        messages(2, "scopeMetrics", &SCOPE_METRICS),
        one(3, "schemaUrl", Text),
    ],
};

static SCOPE_METRICS: Message = Message {
    fields: &[message(1, "scope", &SCOPE), messages(2, "metrics", &METRIC), one(3, "schemaUrl", Text)],
};

static METRIC: Message = Message {
    fields: &[
        one(1, "name", Text),
        one(2, "description", Text),
        one(3, "unit", Text),
        message(5, "gauge", &GAUGE),
        message(7, "sum", &SUM),
        message(9, "histogram", &HISTOGRAM),
        message(10, "exponentialHistogram", &EXPONENTIAL_HISTOGRAM),
        message(11, "summary", &SUMMARY),
        messages(12, "metadata", &KEY_VALUE),
    ],
};

static GAUGE: Message = Message { fields: &[messages(1, "dataPoints", &NUMBER_POINT)] };

static SUM: Message = Message {
    fields: &[
        messages(1, "dataPoints", &NUMBER_POINT),
        one(2, "aggregationTemporality", Enum),
        one(3, "isMonotonic", Bool),
    ],
};

static HISTOGRAM: Message = Message {
    fields: &[messages(1, "dataPoints", &HISTOGRAM_POINT), one(2, "aggregationTemporality", Enum)],
};

static EXPONENTIAL_HISTOGRAM: Message = Message {
    fields: &[messages(1, "dataPoints", &EXPONENTIAL_POINT), one(2, "aggregationTemporality", Enum)],
};

static SUMMARY: Message = Message { fields: &[messages(1, "dataPoints", &SUMMARY_POINT)] };

static NUMBER_POINT: Message = Message {
    fields: &[
        one(2, "startTimeUnixNano", Fixed64),
        one(3, "timeUnixNano", Fixed64),
        one(4, "asDouble", Double),
        messages(5, "exemplars", &EXEMPLAR),
        one(6, "asInt", SFixed64),
        messages(7, "attributes", &KEY_VALUE),
        one(8, "flags", UInt32),
    ],
};

static HISTOGRAM_POINT: Message = Message {
    fields: &[
        one(2, "startTimeUnixNano", Fixed64),
        one(3, "timeUnixNano", Fixed64),
        one(4, "count", Fixed64),
        one(5, "sum", Double),
        many(6, "bucketCounts", Fixed64),
        many(7, "explicitBounds", Double),
        messages(8, "exemplars", &EXEMPLAR),
        messages(9, "attributes", &KEY_VALUE),
        one(10, "flags", UInt32),
        one(11, "min", Double),
        one(12, "max", Double),
    ],
};

static EXPONENTIAL_POINT: Message = Message {
    fields: &[
        messages(1, "attributes", &KEY_VALUE),
        one(2, "startTimeUnixNano", Fixed64),
        one(3, "timeUnixNano", Fixed64),
        one(4, "count", Fixed64),
        one(5, "sum", Double),
        one(6, "scale", SInt32),
        one(7, "zeroCount", Fixed64),
        message(8, "positive", &BUCKETS),
        message(9, "negative", &BUCKETS),
        one(10, "flags", UInt32),
        messages(11, "exemplars", &EXEMPLAR),
        one(12, "min", Double),
        one(13, "max", Double),
        one(14, "zeroThreshold", Double),
    ],
};

static BUCKETS: Message = Message { fields: &[one(1, "offset", SInt32), many(2, "bucketCounts", UInt64)] };

static SUMMARY_POINT: Message = Message {
    fields: &[
        one(2, "startTimeUnixNano", Fixed64),
        one(3, "timeUnixNano", Fixed64),
        one(4, "count", Fixed64),
        one(5, "sum", Double),
        messages(6, "quantileValues", &QUANTILE),
        messages(7, "attributes", &KEY_VALUE),
        one(8, "flags", UInt32),
    ],
};

static QUANTILE: Message = Message { fields: &[one(1, "quantile", Double), one(2, "value", Double)] };

static EXEMPLAR: Message = Message {
    fields: &[
        one(2, "timeUnixNano", Fixed64),
        one(3, "asDouble", Double),
        one(4, "spanId", Id),
        one(5, "traceId", Id),
        one(6, "asInt", SFixed64),
        // Readers with opentelemetry-proto 0.32 or older drop a metric with an exemplar that has no such list.
        Field { label: Label::RepeatedOrEmpty, ..messages(7, "filteredAttributes", &KEY_VALUE) },
    ],
};

#[cfg(any(feature = "otlp-logs", test))]
static RESOURCE_LOGS: Message = Message {
    fields: &[
        message(1, "resource", &RESOURCE),
        messages(2, "scopeLogs", &SCOPE_LOGS),
        one(3, "schemaUrl", Text),
    ],
};

#[cfg(any(feature = "otlp-logs", test))]
static SCOPE_LOGS: Message = Message {
    fields: &[message(1, "scope", &SCOPE), messages(2, "logRecords", &LOG_RECORD), one(3, "schemaUrl", Text)],
};

#[cfg(any(feature = "otlp-logs", test))]
static LOG_RECORD: Message = Message {
    fields: &[
        one(1, "timeUnixNano", Fixed64),
        one(2, "severityNumber", Enum),
        one(3, "severityText", Text),
        message(5, "body", &ANY_VALUE),
        messages(6, "attributes", &KEY_VALUE),
        one(7, "droppedAttributesCount", UInt32),
        one(8, "flags", Fixed32),
        one(9, "traceId", Id),
        one(10, "spanId", Id),
        one(11, "observedTimeUnixNano", Fixed64),
        one(12, "eventName", Text),
    ],
};
